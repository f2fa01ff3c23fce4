internal import CVectorMath

/// An activation function of the network, applied elementwise after a bias is added.
public enum Activation: String, Sendable, CaseIterable {
  /// `a / (1 + exp(−a))` (Hendrycks and Gimpel 2016; Elfwing et al. 2018).
  case silu
  /// The hyperbolic tangent.
  case tanh
  /// `a Φ(a)` with the exact normal distribution function (Hendrycks and Gimpel 2016).
  case gelu
  /// `max(a, 0)`; its slope at 0 is taken as 0.
  case relu

  var code: Int32 {
    switch self {
    case .silu: Int32(TS_SILU)
    case .tanh: Int32(TS_TANH)
    case .gelu: Int32(TS_GELU)
    case .relu: Int32(TS_RELU)
    }
  }
}
