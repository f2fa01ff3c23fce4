internal import Glibc
internal import Report
internal import Storage

/// The program's version.
let programVersion = Provenance.currentVersion

/// The two streams: results go to stdout, everything else to stderr.
enum Terminal {
  /// The most characters of a message: names may be of any length.
  private static let maximumMessage = 2000

  /// Writes a message to stderr, on one line.
  static func complain(_ message: String) { note("tinyscore: \(message)") }

  /// Writes a line about what was done to stderr.
  static func note(_ message: String) {
    write(plainText(message, limit: maximumMessage) + "\n", to: 2)
  }

  /// Makes the three standard streams open, should the caller have closed any.
  ///
  /// A file opened later would get the number of a closed one, and be written to as stdout or
  /// stderr.
  static func reserveStandardStreams() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
      // For reading alone, so that results that nobody gets are still an error.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Writes a result to stdout; throws when nobody reads it or the disk is full.
  static func print(_ text: String) throws(Failure) {
    guard write(text, to: 1) else { throw Failure(.cannotWrite, "cannot write to stdout") }
  }

  /// Writes results to the file `path`, or to stdout for `-`.
  static func save(_ text: String, to path: String) throws {
    if path == "-" { try print(text) } else { try writeDurably(Array(text.utf8), to: path) }
  }

  /// Where progress is shown.
  static func progressDisplay(quiet: Bool) -> ProgressMeter.Display {
    guard !quiet else { return .silent }
    var size = winsize()
    let hasSize = ioctl(2, UInt(TIOCGWINSZ), &size) == 0
    return .init(
      isTerminal: isatty(2) == 1, columns: hasSize ? Int(size.ws_col) : 80,
      term: environment("TERM"), noColor: environment("NO_COLOR"))
  }

  /// A progress meter that writes to stderr.
  static func meter(_ label: String, unit: String, quiet: Bool) -> ProgressMeter {
    ProgressMeter(label, unit: unit, display: progressDisplay(quiet: quiet)) { write($0, to: 2) }
  }

  /// Seconds since an arbitrary moment.
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  @discardableResult
  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    // Not for ever: a call that is interrupted every time must not hang the program.
    var interruptions = 0
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR && interruptions < 1000 {
        interruptions += 1
        continue
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
