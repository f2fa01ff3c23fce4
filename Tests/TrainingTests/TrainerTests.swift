import Distributions
import Estimation
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import ScoreNetwork
import Statistics
import Testing

@testable import Training

/// A small run on a law.
func makeTrainer(
  _ law: any Law, steps: Int = 200, batch: Int = 256, width: Int = 24, rate: Double = 0.01,
  threads: Int = 2, seed: UInt64 = 3, optimizer: OptimizerKind = .adam
) -> Trainer {
  let configuration = TrainingConfiguration(
    steps: steps, batch: batch, width: width, depth: 2, activation: .silu, optimizer: optimizer,
    learningRate: rate, averageDecay: 0.9, range: law.noiseRange, seed: seed, holdout: 0)
  let ledger = LossLedger(
    range: law.noiseRange, totalVariance: law.moments.totalVariance, dataScale: law.moments.scale,
    bandCount: 24, pageSteps: max(1, steps / 4))
  return Trainer(
    configuration: configuration, source: law,
    state: TrainingState(
      configuration: configuration, moments: law.moments, bandCount: ledger.bandCount),
    ledger: ledger, step: 0, workers: Workers(count: threads))
}

@Suite struct TrainerTests {
  static func law() throws -> any Law {
    try PointsLaw(points: Matrix([[1.0, 0.5], [-1, 0], [0.3, -2]]), weights: [0.5, 0.25, 0.25])
  }

  @Test(
    "Weights have the same bits for any number of threads", arguments: [2, 3, 4, 7],
    OptimizerKind.allCases)
  func threads(count: Int, optimizer: OptimizerKind) throws {
    let law = try Self.law()
    // 1000 rows: four shards, the last one padded.
    func trainer(_ threads: Int) -> Trainer {
      makeTrainer(law, batch: 1000, threads: threads, optimizer: optimizer)
    }
    let (one, many) = (trainer(1), trainer(count))
    for _ in 0..<60 {
      try one.advance()
      try many.advance()
    }
    #expect(one.state.network.all.elements == many.state.network.all.elements)
    #expect(one.state.average.all.elements == many.state.average.all.elements)
    #expect(one.ledger == many.ledger)
    #expect(one.batchLoss == many.batchLoss && one.gradientNorm == many.gradientNorm)
  }

  @Test("The same seed trains the same network, another seed another")
  func seeds() throws {
    let law = try Self.law()
    let runs = try [UInt64(3), 3, 4].map { seed in
      let trainer = makeTrainer(law, seed: seed)
      for _ in 0..<20 { try trainer.advance() }
      return trainer.state.network.all.elements
    }
    #expect(runs[0] == runs[1] && runs[0] != runs[2])
  }

  /// Where the strata of a batch's noise levels meet, by the density's definition: 90 % of the
  /// levels as `s²/(σ² + s²)` in `ln σ`, the others even, and all of them even within a band.
  static func edges(
    _ range: NoiseRange, scale: Double, batch: Int, bands: Int
  ) -> [Double] {
    func share(_ sigma: Double) -> Double {
      let position = log(sigma / range.minimum) / range.logWidth * Double(bands)
      let band = min(Double(bands - 1), position.rounded(.down))
      func end(_ band: Double) -> Double {
        smoothShare(range.minimum * exp(range.logWidth * band / Double(bands)))
      }
      return end(band) + (position - band) * (end(band + 1) - end(band))
    }
    func smoothShare(_ sigma: Double) -> Double {
      func gained(_ sigma: Double) -> Double { log(sigma / hypot(sigma, scale)) }
      return 0.1 * log(sigma / range.minimum) / range.logWidth
        + 0.9 * (gained(sigma) - gained(range.minimum))
        / (gained(range.maximum) - gained(range.minimum))
    }
    return (0...batch).map { index in
      var (low, high) = (range.minimum, range.maximum)
      for _ in 0..<100 {
        let middle = (low * high).squareRoot()
        if share(middle) < Double(index) / Double(batch) { low = middle } else { high = middle }
      }
      return log(high)
    }
  }

  /// The weights of the bands, by their definition from the recent losses: the mean of
  /// `(L/L_max + 0.02)^−3/4` is 1.
  static func weights(_ losses: [Double]) -> [Double] {
    let largest = losses.reduce(0, max)
    let powers = losses.map { 1 / pow($0 / largest + 0.02, 0.75) }
    return powers.map { $0 * Double(losses.count) / powers.reduce(0, +) }
  }

  /// A batch of the trainer, drawn again in double precision, with its loss by the definition, the
  /// mean over `ln σ` of `‖z − ẑ‖²` (Equation 10), ẑ the preconditioned prediction; and the
  /// gradient of the same with each band's weight.
  static func reference(
    _ trainer: Trainer, law: any Law, batch: Int, offset: Double,
    before: NetworkParameters<Double>, weights: [Double]
  ) -> (loss: Double, gradient: NetworkParameters<Double>) {
    let configuration = trainer.configuration
    let (range, state) = (configuration.range, trainer.state)
    let d = law.dimension
    let stream = RandomStream(
      seed: configuration.seed, step: UInt32(trainer.step - 1), purpose: .data)
    let rows = (batch + 3) / 4 * 4
    let arena = Arena<Float>(capacity: 4 * rows * d + 64)
    let (y, z, scratch) = (arena.matrix(rows, d), arena.matrix(rows, d), arena.matrix(rows, d))
    law.drawCentred(into: y, scratch: scratch, stream: stream, firstSample: 0)
    stream.with(.noise).fillNormal(z, firstSample: 0)
    let shape = before.shape
    let work = NetworkWorkspace<Double>(shape: shape, rows: batch)
    let levels = Arena<Double>(capacity: batch + 8)
    let levelView = levels.vector(batch)
    var sigmas: [Double] = []
    let edges = edges(
      range, scale: state.preconditioning.scale, batch: batch, bands: weights.count)
    for r in 0..<batch {
      let sigma = exp(edges[r] + offset * (edges[r + 1] - edges[r]))
      sigmas.append(sigma)
      levelView[r] = log(sigma / state.preconditioning.scale)
      for j in 0..<d {
        let x = Double(y[r, j]) + sigma * Double(z[r, j])
        work.point[r, j] = x / hypot(sigma, state.preconditioning.scale)
      }
    }
    NoiseEmbedding<Double>(frequencies: state.embedding.frequencies)
      .embed(levelView, into: work.embedding)
    MultilayerPerceptron.forward(before, work)
    work.output.addToRows(before.layers[shape.depth].bias)
    var loss = 0.0
    for r in 0..<batch {
      let rho = hypot(sigmas[r], state.preconditioning.scale)
      let gain = state.preconditioning.scale / rho
      let share = (edges[r + 1] - edges[r]) / range.logWidth
      let band = Int(log(sigmas[r] / range.minimum) / range.logWidth * Double(weights.count))
      for j in 0..<d {
        let residual =
          Double(z[r, j]) - sigmas[r] / rho * work.point[r, j] + gain * work.output[r, j]
        loss += residual * residual * share
        work.output[r, j] = 2 * gain * residual * share * weights[band]
      }
    }
    let gradient = NetworkParameters<Double>(shape: shape)
    MultilayerPerceptron.backward(before, work, gradient: gradient)
    return (loss, gradient)
  }

  @Test("A step's loss and gradient are those of Eq. 10, padding or not", arguments: [64, 300])
  func gradient(batch: Int) throws {
    let law = try Self.law()
    let trainer = makeTrainer(law, batch: batch)
    // Some steps first, so that no weight is zero; then Adam's first moment tells the gradient.
    for _ in 0..<25 { try trainer.advance() }
    let before: NetworkParameters<Double> = trainer.state.network.copy()
    let moment: NetworkParameters<Double> = trainer.state.optimizer.first.copy()
    let offset = trainer.levelOffset
    let weights = Self.weights(trainer.state.optimizer.levelLosses.elements)
    // They differ, or that they count would not be seen.
    #expect((weights.max() ?? 0) > 1.3 * (weights.min() ?? 0))
    try trainer.advance()
    let expected = Self.reference(
      trainer, law: law, batch: batch, offset: offset, before: before, weights: weights)
    #expect(abs(trainer.batchLoss / expected.loss - 1) < 1e-5)
    var (worst, scale) = (0.0, 0.0)
    for (index, layer) in expected.gradient.layers.enumerated() {
      let (old, new) = (moment.layers[index], trainer.state.optimizer.first.layers[index])
      for r in 0..<layer.weight.rows {
        for c in 0..<layer.weight.columns {
          // m′ = 0.9 m + 0.1 g.
          let g = (Double(new.weight[r, c]) - 0.9 * old.weight[r, c]) / 0.1
          worst = max(
            worst, abs(g - layer.weight[r, c]).isFinite ? abs(g - layer.weight[r, c]) : .infinity)
          scale = max(scale, abs(layer.weight[r, c]))
        }
        let g = (Double(new.bias[r]) - 0.9 * old.bias[r]) / 0.1
        worst = max(worst, abs(g - layer.bias[r]).isFinite ? abs(g - layer.bias[r]) : .infinity)
      }
    }
    #expect(scale > 1e-4)
    // Single-precision products and moments against double precision.
    #expect(worst < 2e-5 * max(scale, 0.1))
  }

  // Seed 3; 20 bands at five standard errors: fails for one seed in 10⁵.
  @Test("The ledger of a network at rest is an unbiased estimate of its loss")
  func ledger() throws {
    let law = try Self.law()
    // A network that has learned something, then one that stands still with its weights.
    let teacher = makeTrainer(law, steps: 100, batch: 512)
    for _ in 0..<100 { try teacher.advance() }
    var configuration = teacher.configuration
    configuration.steps = 2000
    configuration.learningRate = 1e-30
    let trainer = Trainer(
      configuration: configuration, source: law, state: teacher.state,
      ledger: LossLedger(
        range: law.noiseRange, totalVariance: law.moments.totalVariance,
        dataScale: law.moments.scale, bandCount: 24, pageSteps: 500), step: 100,
      workers: Workers(count: 2))
    for _ in 0..<900 { try trainer.advance() }
    let network = ScoreNetwork(
      parameters: trainer.state.network, embedding: trainer.state.embedding,
      preconditioning: trainer.state.preconditioning)
    let evaluator = ScoreEvaluator(
      score: network, source: law, exact: nil, samplesPerLevel: 40_000, seed: 9)
    let bands = Array(2..<22)
    let fresh = evaluator.curve(
      at: bands.map { trainer.ledger.middle(band: $0) }, workers: Workers(count: 2)
    ).levels
    for (band, estimate) in zip(bands, fresh) {
      let ledger = try #require(trainer.ledger.loss(band: band))
      let difference = ledger + estimate.loss.scaled(by: -1)
      // A band's mean differs from the loss at its middle by w²L″/24: w = 0.2, and L″ is below D =
      // 2.
      let curvature = 0.2 * 0.2 * 2 / 24
      #expect(abs(difference.value) < 5 * difference.standardError + curvature)
      #expect(ledger.standardError < 0.05)
    }
  }

  @Test("Training brings the loss of a short run close to the exact rate")
  func learns() throws {
    let law = try PointsLaw(points: Matrix([[1.0], [-1.0]]))
    let trainer = makeTrainer(law, steps: 1500, batch: 256, width: 32)
    for _ in 0..<1500 { try trainer.advance() }
    let network = ScoreNetwork(
      parameters: trainer.state.average, embedding: trainer.state.embedding,
      preconditioning: trainer.state.preconditioning)
    let estimates = ScoreEvaluator(
      score: network, source: law, exact: law, samplesPerLevel: 4000, seed: 1
    ).curve(at: law.noiseRange.levels(12), workers: Workers(count: 2)).levels
    // δ ≤ 0.03 everywhere, from 0.3 for the untrained network.
    for estimate in estimates { #expect((estimate.scoreMatchingLoss?.value ?? 1) < 0.03) }
  }

  @Test("Adam's first step moves every weight by the learning rate, its bias corrected")
  func firstStep() throws {
    let trainer = makeTrainer(try Self.law())
    let before = trainer.state.network.all.doubles
    try trainer.advance()
    let gradients = trainer.state.optimizer.first.all.doubles
    let rate = trainer.configuration.learningRate(step: 0)
    var moved = 0
    for (index, after) in trainer.state.network.all.doubles.enumerated()
    // m̂/√v̂ is the gradient's sign where ε does not matter; m = 0.1 g.
    where abs(gradients[index]) > 1e-5 {
      let step = after - before[index]
      #expect(abs(step + (gradients[index] > 0 ? rate : -rate)) < 1e-3 * rate + 1e-7)
      moved += 1
    }
    #expect(moved > 20)
  }

  @Test("A batch of one over a wide range stays finite: padding is within the range")
  func padding() throws {
    let law = try GaussianLaw(mean: [0], standardDeviations: [1])
    let range = try #require(NoiseRange(minimum: 1e-6, maximum: 1e6))
    let configuration = TrainingConfiguration(
      steps: 20, batch: 1, width: 8, depth: 1, activation: .silu, optimizer: .adam,
      learningRate: 0.01, averageDecay: 0.9, range: range, seed: 0, holdout: 0)
    let trainer = Trainer(configuration: configuration, source: law, workers: Workers(count: 1))
    for _ in 0..<20 { try trainer.advance() }
    #expect(trainer.batchLoss.isFinite && trainer.gradientNorm.isFinite)
  }

  @Test("A loss that is not finite stops the run and names step and seed")
  func nonFinite() throws {
    let trainer = makeTrainer(try Self.law(), rate: 1e30, seed: 17)
    #expect {
      for _ in 0..<100 { try trainer.advance() }
    } throws: { error in
      guard case TrainingError.nonFinite(_, let step, let seed) = error else { return false }
      return step < 100 && seed == 17
    }
  }

  @Test("The learning rate warms up, peaks and decays to nothing")
  func schedule() throws {
    var configuration = makeTrainer(try Self.law()).configuration
    configuration.steps = 1000
    configuration.learningRate = 0.5
    let rates = (0..<1000).map { configuration.learningRate(step: $0) }
    #expect(abs(rates[0] - 0.005) < 1e-12 && abs(rates[99] - 0.5) < 1e-12)
    #expect(zip(rates[0..<99], rates[1..<100]).allSatisfy { $0 < $1 })
    #expect(zip(rates[99..<999], rates[100..<1000]).allSatisfy { $0 >= $1 })
    #expect((rates.last ?? 1) > 0 && (rates.last ?? 1) < 1e-5)
  }
}
