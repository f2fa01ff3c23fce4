import Glibc
import LinearAlgebra
import Testing

@Suite struct TrainingLoopsTests {
  /// The activations by their definitions with the C library's functions.
  static func reference(_ activation: Activation, _ a: Double) -> Double {
    switch activation {
    case .silu: a / (1 + exp(-a))
    case .tanh: Glibc.tanh(a)
    case .gelu: a * 0.5 * erfc(-a / 2.0.squareRoot())
    case .relu: max(a, 0)
    }
  }

  static let arguments: [Double] =
    (-400...400).map { Double($0) / 37 } + [-1e4, -700, -90, -1e-8, 0, 1e-8, 90, 700, 1e4]

  /// Values and slopes of an activation at the test arguments, through the vector loops.
  func activated<Element: Scalar>(_ activation: Activation, _: Element.Type) -> (
    values: [Double], slopes: [Double]
  ) {
    let n = Self.arguments.count
    let arena = Arena<Element>(capacity: 3 * n + 64)
    let (h, slope, bias) = (arena.matrix(1, n), arena.matrix(1, n), arena.vector(n))
    // Half of the argument comes from the bias.
    h.copy(from: Self.arguments.map { Element($0 / 2) })
    bias.copy(from: Self.arguments.map { Element($0 / 2) })
    h.activate(activation, bias: bias, slope: slope)
    return (h.vector.doubles, slope.vector.doubles)
  }

  @Test("Activations equal their definitions", arguments: Activation.allCases)
  func values(activation: Activation) {
    let single = activated(activation, Float.self).values
    let double = activated(activation, Double.self).values
    for (index, a) in Self.arguments.enumerated() {
      let exact = Self.reference(activation, a)
      // A float argument is off by half an ulp of a, and slopes are below 1.2.
      #expect(abs(single[index] - exact) <= 3e-7 * (1 + abs(a)))
      #expect(abs(double[index] - exact) <= 4e-16 * (1 + abs(a)))
    }
  }

  @Test("Slopes are the derivatives of the activations", arguments: Activation.allCases)
  func slopes(activation: Activation) {
    let single = activated(activation, Float.self).slopes
    let double = activated(activation, Double.self).slopes
    for (index, a) in Self.arguments.enumerated()
    where abs(a) < 50 && !(activation == .relu && abs(a) < 1e-5) {
      let h = 1e-5
      let difference =
        (Self.reference(activation, a + h) - Self.reference(activation, a - h)) / (2 * h)
      #expect(abs(double[index] - difference) < 1e-9)
      #expect(abs(single[index] - double[index]) < 2e-6)
    }
  }

  @Test(
    "An activation of NaN is NaN, so that nothing non-finite hides", arguments: Activation.allCases)
  func nan(activation: Activation) {
    let arena = Arena<Float>(capacity: 256)
    let (h, slope, bias) = (arena.matrix(1, 20), arena.matrix(1, 20), arena.vector(20))
    h.vector.fill(.nan)
    h.activate(activation, bias: bias, slope: slope)
    #expect(h.vector.elements.allSatisfy { $0.isNaN })
  }

  @Test("Fourier features are cosines and sines of the level times each frequency")
  func fourier() {
    let arena = Arena<Double>(capacity: 1024)
    let (x, f, features) = (arena.vector(9), arena.vector(5), arena.matrix(9, 12))
    x.copy(from: (0..<9).map { Double($0 * $0) - 20 })
    f.copy(from: [0.25, 0.5, 1.1, 3, 12.8])
    features.vector.fill(5)
    features.columns(1..<11).setFourierFeatures(of: x, frequencies: f)
    for r in 0..<9 {
      #expect(features[r, 0] == 5 && features[r, 11] == 5)
      for k in 0..<5 {
        #expect(abs(features[r, 1 + k] - cos(x[r] * f[k])) < 1e-13)
        #expect(abs(features[r, 6 + k] - sin(x[r] * f[k])) < 1e-13)
      }
    }
  }

  @Test("The perturbation makes the scaled noised point and the moments of its row")
  func perturb() {
    let (arena, rows, d) = (Arena<Double>(capacity: 1024), 3, 5)
    let (y, z) = (arena.matrix(rows, d), arena.matrix(rows, d))
    y.copy(from: irregular(rows, d).elements)
    z.copy(from: irregular(rows, d, salt: 5).elements)
    let (shift, sigma, scale) = (arena.vector(d), arena.vector(rows), arena.vector(rows))
    shift.copy(from: [0.1, -0.2, 0.3, 0, 1])
    sigma.copy(from: [0.5, 2, 10])
    scale.copy(from: [1, 0.3, 0.1])
    let (u, moments) = (arena.matrix(rows, d), arena.matrix(rows, 3))
    u.setPerturbed(y: y, z: z, shift: shift, sigma: sigma, inputScale: scale, moments: moments)
    for r in 0..<rows {
      var (zz, yz, yy) = (0.0, 0.0, 0.0)
      for j in 0..<d {
        zz += z[r, j] * z[r, j]
        yz += y[r, j] * z[r, j]
        yy += y[r, j] * y[r, j]
        #expect(abs(u[r, j] - scale[r] * (y[r, j] - shift[j] + sigma[r] * z[r, j])) < 1e-15)
      }
      #expect(abs(moments[r, 0] - zz) < 1e-14)
      #expect(abs(moments[r, 1] - yz) < 1e-14)
      #expect(abs(moments[r, 2] - yy) < 1e-14)
    }
  }

  @Test(
    "A narrow layer's fused loops do what the products do, whole blocks of columns and the rest",
    arguments: [(1, 7), (2, 32), (3, 77), (4, 128)])
  func narrow(outputs: Int, width: Int) {
    let (arena, rows) = (Arena<Double>(capacity: 1 << 14), 5)
    let (h, slope, g) = (
      arena.matrix(rows, width), arena.matrix(rows, width), arena.matrix(rows, width)
    )
    let (weight, dW) = (arena.matrix(outputs, width), arena.matrix(outputs, width))
    let (y, dY, sums) = (
      arena.matrix(rows, outputs), arena.matrix(rows, outputs), arena.vector(width)
    )
    h.copy(from: irregular(rows, width).elements)
    slope.copy(from: irregular(rows, width, salt: 3).elements)
    weight.copy(from: irregular(outputs, width, salt: 4).elements)
    dY.copy(from: irregular(rows, outputs, salt: 6).elements)
    y.setNarrowProduct(h, weight)
    g.setNarrowGradient(dY, weight: weight, h: h, slope: slope, sums: sums, weightGradient: dW)
    for r in 0..<rows {
      for i in 0..<outputs {
        let expected = (0..<width).reduce(0.0) { $0 + h[r, $1] * weight[i, $1] }
        #expect(abs(y[r, i] - expected) < 1e-13)
      }
    }
    for j in 0..<width {
      let column = (0..<rows).map { r in
        slope[r, j] * (0..<outputs).reduce(0.0) { $0 + dY[r, $1] * weight[$1, j] }
      }
      for r in 0..<rows { #expect(abs(g[r, j] - column[r]) < 1e-14) }
      #expect(abs(sums[j] - column.reduce(0, +)) < 1e-14)
      for i in 0..<outputs {
        let expected = (0..<rows).reduce(0.0) { $0 + dY[$1, i] * h[$1, j] }
        #expect(abs(dW[i, j] - expected) < 1e-14)
      }
    }
  }

  @Test("The ledger's sums are those of the loss and its controls, and of their products")
  func ledgerSums() {
    let (arena, rows) = (Arena<Double>(capacity: 256), 6)
    let (loss, moments, sums) = (arena.vector(rows), arena.matrix(rows, 3), arena.vector(15))
    loss.copy(from: irregular(rows, 1).elements)
    moments.copy(from: irregular(rows, 3, salt: 2).elements)
    // Within rounding of the total variance: counts as equal to it.
    moments[2, 2] = 0.7 + 1e-6
    loss.sumLedger(
      moments: moments, dimension: 5, totalVariance: 0.7, rounding: 1e-5, into: sums)
    let q = (0..<rows).map { r in
      [
        loss[r], moments[r, 0] - 5, moments[r, 1], r == 2 ? 0 : moments[r, 2] - 0.7,
      ]
    }
    var expected = [Double(rows)] + (0..<4).map { i in q.reduce(0) { $0 + $1[i] } }
    for i in 0..<4 { for j in 0...i { expected.append(q.reduce(0) { $0 + $1[i] * $1[j] }) } }
    for (sum, value) in zip(sums.elements, expected) { #expect(abs(sum - value) < 1e-13) }
  }

  @Test("An Adam update is that of Kingma and Ba's Algorithm 1, and the average follows")
  func adam() {
    let (arena, n) = (Arena<Double>(capacity: 64), 3)
    let (g, p, m, v, e) = (
      arena.vector(n), arena.vector(n), arena.vector(n), arena.vector(n), arena.vector(n)
    )
    var (pr, mr, vr, er) = ([1.0, -2, 0.5], [0.0, 0, 0], [0.0, 0, 0], [1.0, -2, 0.5])
    p.copy(from: pr)
    e.copy(from: er)
    for t in 1...5 {
      let gradient = [0.3, -4, 1e-9].map { $0 * Double(t) }
      g.copy(from: gradient)
      let correction = (1 - pow(0.999, Double(t))).squareRoot()
      p.updateByAdam(
        gradient: g, first: m, second: v, average: e, beta1: 0.9, beta2: 0.999,
        rate: 0.1 * correction / (1 - pow(0.9, Double(t))), epsilon: 1e-8 * correction,
        averageWeight: 0.25)
      for i in 0..<n {
        mr[i] = 0.9 * mr[i] + 0.1 * gradient[i]
        vr[i] = 0.999 * vr[i] + 0.001 * gradient[i] * gradient[i]
        let (mHat, vHat) = (mr[i] / (1 - pow(0.9, Double(t))), vr[i] / (1 - pow(0.999, Double(t))))
        pr[i] -= 0.1 * mHat / (vHat.squareRoot() + 1e-8)
        er[i] = 0.75 * er[i] + 0.25 * pr[i]
        #expect(abs(p[i] - pr[i]) < 1e-14)
        #expect(abs(e[i] - er[i]) < 1e-14)
      }
    }
  }
}
