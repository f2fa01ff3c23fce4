import Glibc
import LinearAlgebra
import Statistics
import Testing

@Suite struct EnergyDistanceTests {
  @Test("The parts of the energy distance are means of distances, by hand")
  func byHand() {
    let x = Matrix([[0.0, 0], [3, 4], [0, 1]])
    // Distances 5, 1 and √(9 + 9).
    #expect(abs(EnergyDistance.within(x) - (6 + 18.0.squareRoot()) / 3) < 1e-15)
    let y = Matrix([[0.0, 0], [0, 4]])
    // To the first 0, 5, 1, to the second 4, 3, 3.
    #expect(abs(EnergyDistance.between(x, y) - 16.0 / 6) < 1e-15)
    #expect(abs(EnergyDistance.between(x, y, weights: [0.25, 0.75]) - 9.0 / 3) < 1e-15)
  }

  @Test("A copy of every point is at no distance on average over the picks of a finite law")
  func unbiased() {
    // All 3² pairs of draws from three points: E(2 E|X − y| − |X − X′| − E|y − y′|) = 0 exactly.
    let points = Matrix([[0.0], [1], [5]])
    let weights = [0.5, 0.3, 0.2]
    var sum = 0.0
    for i in 0..<3 {
      for j in 0..<3 {
        let x = Matrix([[points[i, 0]], [points[j, 0]]])
        let own = (0..<3).reduce(0) {
          $0 + weights[$1]
            * EnergyDistance.between(points.rows($1..<$1 + 1), points, weights: weights)
        }
        let distance =
          2 * EnergyDistance.between(x, points, weights: weights) - EnergyDistance.within(x) - own
        sum += weights[i] * weights[j] * distance
      }
    }
    #expect(abs(sum) < 1e-15)
  }

  @Test("The divergence of frequencies is Σ f log(f/w), less the (K − 1)/2n that chance makes")
  func divergence() {
    // Frequencies ¾ and ¼ of 8: ¾ ln 1.5 + ¼ ln ½ − 1/16.
    let expected = 0.75 * log(1.5) + 0.25 * log(0.5) - 1.0 / 16
    #expect(abs(frequencyDivergence([6, 2], from: [0.5, 0.5]) - expected) < 1e-15)
    // A kind that was never drawn adds nothing.
    #expect(abs(frequencyDivergence([4, 0], from: [0.5, 0.5]) - log(2) + 1.0 / 8) < 1e-15)
  }

  @Test("From the right weights the divergence of frequencies is 0 on average")
  func expectation() {
    // All outcomes of 400 draws of probability 0.3, weighted by the binomial.
    let (n, p) = (400, 0.3)
    let mean = (0...n).reduce(0.0) { sum, k in
      let choices = lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
      let probability = exp(choices + Double(k) * log(p) + Double(n - k) * log(1 - p))
      return sum + probability * frequencyDivergence([k, n - k], from: [p, 1 - p])
    }
    // The next order is 1/n²: (1/12)(Σ 1/w − 1)/n² = 2e-6.
    #expect(abs(mean) < 1e-5)
  }
}
