/// What can go wrong while a figure is drawn.
public enum ReportError: Error, Equatable, CustomStringConvertible {
  /// A program that is needed is not installed; `package` is the Debian package that has it.
  case programMissing(program: String, package: String)
  /// The operating system could not start the program.
  case cannotStart(program: String, errorNumber: Int32)
  /// The program ended with a status other than 0; `message` is what it wrote to stderr.
  case programFailed(program: String, status: Int32, message: String)
  /// The program ended well and wrote something else than a figure.
  case notAFigure(program: String, format: String)
  /// The program was stopped because it ran longer than it may.
  case programTimedOut(program: String, seconds: Double)

  /// One message for the user: the thing, what was found, what to do.
  public var description: String {
    switch self {
    case .programMissing(let program, let package):
      "\(program) is needed to draw figures and was not found; "
        + "install it (Debian, Ubuntu: apt-get install \(package))"
    case .cannotStart(let program, let errorNumber):
      "\(program) could not be started (system error \(errorNumber)); "
        + "check that it is installed and may be executed"
    case .programFailed(let program, let status, let message):
      "\(program) failed with status \(status)"
        + (message.isEmpty ? "" : ": \(plainText(squeezed(message), limit: 400))")
        + "; try it alone: echo 'plot x' | \(program) -e 'set terminal svg'"
    case .notAFigure(let program, let format):
      "\(program) wrote something that is no \(format); check which program of that name is found first"
    case .programTimedOut(let program, let seconds):
      "\(program) did not finish within \(formatNumber(seconds, significant: 3)) s and was stopped"
    }
  }
}

/// The text with every run of white space as one space.
private func squeezed(_ text: String) -> String {
  text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}
