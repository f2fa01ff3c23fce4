internal import Report
internal import Storage
internal import Training

/// What the program's exit codes mean (INTERFACE, "Command line").
enum ResultCode: Int32 {
  case done = 0
  case checkFailed = 1
  case usage = 64
  case malformedData = 65
  case noInput = 66
  case missingProgram = 69
  case notFinite = 70
  case cannotCreate = 73
  case cannotWrite = 74
  case stopped = 75
}

/// An error as the user meets it: one message and an exit code.
struct Failure: Error, CustomStringConvertible {
  let code: ResultCode
  let message: String

  /// The message: the parser of the command line prints errors so.
  var description: String { message }

  init(_ code: ResultCode, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The failure that an error of the library is; nil for errors of the command line's parser.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as StorageError: self.init(Self.code(of: error.kind), "\(error)")
    case let error as ReportError:
      if case .programMissing = error {
        self.init(.missingProgram, "\(error)")
      } else {
        self.init(.cannotWrite, "\(error)")
      }
    case TrainingError.nonFinite(let quantity, let step, let seed):
      self.init(
        .notFinite,
        "the \(quantity) left the finite numbers at step \(step) with seed \(seed); "
          + "lower --learning-rate, or check the scale of the data")
    default: return nil
    }
  }

  /// A value of an option that cannot be.
  static func usage(_ option: String, expected: String, found: String) -> Failure {
    Failure(.usage, "--\(option): expected \(expected), found \(found)")
  }

  private static func code(of kind: StorageError.Kind) -> ResultCode {
    switch kind {
    case .malformedData: .malformedData
    case .noInput: .noInput
    case .cannotCreate: .cannotCreate
    case .cannotWrite: .cannotWrite
    case .inUse: .stopped
    }
  }
}
