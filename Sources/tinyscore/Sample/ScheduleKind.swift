internal import ArgumentParser
internal import Dynamics

/// The kinds of noise levels there are.
enum ScheduleKind: String, ExpressibleByArgument, CaseIterable {
  /// Equal steps of `σ^(1/ρ)`.
  case karras
  /// Equal steps of `ln σ`.
  case geometric
  /// Equal steps of entropy.
  case entropic
  /// Equal steps of entropy times σ.
  case rescaledEntropic = "rescaled-entropic"

  /// The clock whose equal steps the levels are; nil where they do not depend on the data.
  var clock: EntropicTime.Kind? {
    switch self {
    case .karras, .geometric: nil
    case .entropic: .entropic
    case .rescaledEntropic: .rescaled
    }
  }
}
