internal import Glibc
internal import Synchronization

/// The signal that asks this run to stop: Ctrl-C, a scheduler's SIGTERM or SIGUSR1, a terminal that
/// closes.
///
/// From `listen` to `release` it is only noted, so that it never meets a step half done. A second
/// SIGINT ends the process at once; others come twice without anybody's wish, as from `timeout`.
enum StopRequest {
  private static let names = [
    SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP", SIGUSR1: "SIGUSR1",
  ]
  // Global, as a handler of signals has no other place to leave word. Signals cannot be held back
  // instead: OpenBLAS starts threads before `main`, and those would get them.
  private static let noted = Atomic<Int32>(0)

  /// Begins to note signals.
  static func listen() {
    // Made now: a handler must not be the first to ask for it.
    noted.store(0, ordering: .relaxed)
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in names.keys where !isIgnored(signal) {
      sigaddset(&signals, signal)
      var action = sigaction()
      action.__sigaction_handler.sa_handler = {
        _ = StopRequest.noted.compareExchange(expected: 0, desired: $0, ordering: .relaxed)
      }
      action.sa_flags =
        SA_RESTART | (signal == SIGINT ? Int32(truncatingIfNeeded: SA_RESETHAND) : 0)
      sigaction(signal, &action, nil)
    }
    // A program inherits what the thread that starts it holds back, and some hold back everything.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Lets signals end the process again.
  static func release() {
    for name in names.keys where !isIgnored(name) { Glibc.signal(name, SIG_DFL) }
  }

  /// The name of the signal that has come, nil if none has.
  static var signal: String? { names[noted.load(ordering: .relaxed)] }

  /// Whether the caller wants the signal ignored, as `nohup` does.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(signal, nil, &action) == 0 else { return false }
    // SIG_IGN is a number in the place of a function, and a pointer to a C function, nil or not, is
    // one word as Int is; it is compared and never called. Swift compares functions in no other
    // way.
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
