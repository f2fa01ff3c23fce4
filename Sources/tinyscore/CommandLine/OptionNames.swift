public import ArgumentParser
internal import ForwardProcess
public import Storage

extension Checkpoint.Weights: ExpressibleByArgument {}

/// The clocks of `--clock`.
enum ClockName: String, ExpressibleByArgument, CaseIterable {
  case constant
  case edm
  case geometric

  /// The clock; the geometric one runs over `range`.
  func clock(over range: NoiseRange) -> Clock {
    switch self {
    case .constant: .constant
    case .edm: .edm
    case .geometric: .geometric(range)
    }
  }
}

/// The units of `--unit`.
enum InformationUnit: String, ExpressibleByArgument, CaseIterable {
  case nats
  case bits

  /// How many of this unit a nat is.
  var perNat: Double { self == .nats ? 1 : 1.4426950408889634 }
}
