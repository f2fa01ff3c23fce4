import ForwardProcess
import Glibc
import LinearAlgebra
import Statistics
import Testing

@testable import Estimation

@Suite struct LossLedgerTests {
  /// The sums of a band into which nothing fell.
  static func noMoments() -> ControlledMoments {
    ControlledMoments(targets: 1, controls: LossLedger.controlCount)
  }

  /// Enters one step whose sums, for all bands, are `sums`.
  static func enter(_ sums: [Double], _ ledger: inout LossLedger) {
    let arena = Arena<Double>(capacity: sums.count)
    let view = arena.matrix(ledger.bandCount, LossLedger.bandSize)
    view.copy(from: sums)
    ledger.beginStep()
    ledger.add(view, bands: 0..<ledger.bandCount)
    withExtendedLifetime(arena) {}
  }

  /// A ledger whose band means are `rate(ln σ)` with a little noise, `n` samples a band.
  static func filled(
    _ range: NoiseRange, bands: Int, n: Int, rate: (Double) -> Double
  ) -> LossLedger {
    var ledger = LossLedger(
      range: range, totalVariance: 1, dataScale: 1, bandCount: bands, pageSteps: 10)
    let sums = (0..<bands).flatMap { band in
      let value = rate(log(ledger.middle(band: band)))
      var moments = Self.noMoments()
      for i in 0..<n {
        let noise = i % 2 == 0 ? 0.1 : -0.1
        moments.add([value + noise, sin(Double(i)), cos(Double(3 * i)), 0])
      }
      return moments.sums
    }
    Self.enter(sums, &ledger)
    return ledger
  }

  @Test("A band whose loss is a few rare events says so by its error")
  func rareEvents() throws {
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 0.2))
    var ledger = LossLedger(
      range: range, totalVariance: 1, dataScale: 1, bandCount: 1, pageSteps: 10)
    var moments = Self.noMoments()
    for _ in 0..<1000 { moments.add([1e-4, 0, 0, 0]) }
    Self.enter(moments.sums, &ledger)
    // Not one event seen: the error is that of one, 4 tr Cov/σ² at the middle, in 1000 samples.
    let loss = try #require(ledger.loss(band: 0))
    #expect(abs(loss.standardError / (4 / 0.02 / 1000) - 1) < 0.01)
  }

  @Test("Losses are interpolated in ln σ: a straight line comes back at every level")
  func interpolation() throws {
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 10))
    let ledger = Self.filled(range, bands: 12, n: 4000) { 3 + 0.5 * $0 }
    for sigma in range.levels(31) {
      let loss = try #require(ledger.loss(at: sigma))
      #expect(abs(loss.value - (3 + 0.5 * log(sigma))) < 5 * loss.standardError + 1e-12)
      #expect(loss.standardError > 0 && loss.standardError < 0.01)
    }
    #expect(ledger.loss(at: 0.09) == nil && ledger.loss(at: 10.1) == nil)
  }

  @Test("The integral counts every band's error once")
  func integral() throws {
    let range = try #require(NoiseRange(minimum: 1, maximum: exp(2.0)))
    let ledger = Self.filled(range, bands: 4, n: 1000) { _ in 2 }
    let total = try #require(ledger.integral)
    let band = try #require(ledger.loss(band: 0))
    #expect(abs(total.value - 4) < 5 * total.standardError + 1e-12)
    // Four bands of width ½.
    #expect(abs(total.standardError - band.standardError) < 0.01 * band.standardError)
    let sigmas = range.levels(201)
    let fine = try #require(
      ledger.integral(sigmas: sigmas, weights: LogIntegral(sigmas: sigmas).weights))
    #expect(abs(fine.value - 4) < 5 * fine.standardError)
    #expect(fine.standardError < 1.5 * total.standardError)
  }

  @Test(
    "Groups have the mean loss of their bands over ln σ, and together the integral",
    arguments: [1, 5, 12, 24, 100])
  func groups(count: Int) throws {
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 10))
    let ledger = Self.filled(range, bands: 24, n: 400) { 3 + 0.5 * $0 }
    let groups = ledger.groups(count)
    #expect(groups.count == min(count, 24))
    let ends = (0...groups.count).map { $0 * 24 / groups.count }
    var (total, variance) = (0.0, 0.0)
    for (index, group) in groups.enumerated() {
      let loss = try #require(group.loss)
      let width = range.logWidth * Double(ends[index + 1] - ends[index]) / 24
      let middle =
        log(range.minimum) + range.logWidth * Double(ends[index] + ends[index + 1]) / 48
      #expect(abs(log(group.sigma) - middle) < 1e-12)
      #expect(abs(loss.value - (3 + 0.5 * middle)) < 5 * loss.standardError)
      total += width * loss.value
      variance += width * width * loss.standardError * loss.standardError
    }
    let integral = try #require(ledger.integral)
    #expect(abs(total - integral.value) < 1e-12 * integral.value)
    #expect(abs(variance.squareRoot() - integral.standardError) < 1e-9 * integral.standardError)
  }

  @Test("A group with an empty band has no loss, and the others have theirs")
  func emptyGroup() throws {
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 10))
    var ledger = LossLedger(
      range: range, totalVariance: 1, dataScale: 1, bandCount: 6, pageSteps: 10)
    var moments = Self.noMoments()
    for i in 0..<100 { moments.add([1, sin(Double(i)), cos(Double(3 * i)), 0]) }
    let empty = Self.noMoments().sums
    Self.enter((0..<6).flatMap { $0 == 3 ? empty : moments.sums }, &ledger)
    #expect(ledger.groups(3).map { $0.loss == nil } == [false, true, false])
  }

  @Test("Turning the page twice forgets what was entered before")
  func pages() throws {
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 10))
    var ledger = Self.filled(range, bands: 3, n: 100) { _ in 1 }
    // The first page has 10 steps, and is dropped when the third begins.
    for _ in 0..<19 { ledger.beginStep() }
    #expect(ledger.loss(band: 1) != nil)
    ledger.beginStep()
    #expect(ledger.loss(band: 1) == nil && ledger.integral == nil)
  }
}
