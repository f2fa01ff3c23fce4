internal import Glibc

/// Runs another program with bytes on its stdin and collects what it writes.
///
/// `posix_spawn` rather than Foundation's `Process`: that library was measured to add 12 MB to a
/// statically linked program and, linked dynamically, 2.5 ms to its start of 3 ms. The ends are
/// socket pairs, since a write to one can refuse `SIGPIPE` and reads and writes can refuse to wait,
/// each by a flag of the call: no handler and no global state changes. The array of arguments is
/// C's, made by `strdup` and freed here; it is the one unsafe pointer of this target.
package struct Subprocess {
  package struct Result {
    package var status: Int32
    package var output: [UInt8]
    package var errors: [UInt8]
    /// The most memory that the program had, in bytes.
    package var peakMemory: Int
  }

  private var child: pid_t
  private var descriptors: [Int32]

  /// The output of `program` (searched in `PATH`), or an error when it cannot start or takes too
  /// long.
  ///
  /// `environment` has lines `NAME=value` and is all that the program sees.
  package static func run(
    _ program: String, _ arguments: [String], input: [UInt8], environment: [String],
    timeout: Double, package: String
  ) throws -> Result {
    var process = try Subprocess(program, arguments, environment, package: package)
    let output = process.exchange(input, deadline: now() + timeout)
    if output == nil { kill(process.child, SIGKILL) }
    for descriptor in process.descriptors where descriptor >= 0 { close(descriptor) }
    process.descriptors = []
    var (status, usage) = (Int32(0), rusage())
    while wait4(process.child, &status, 0, &usage) < 0 && errno == EINTR {}
    guard let output else {
      throw ReportError.programTimedOut(program: program, seconds: timeout)
    }
    // The macros WIFEXITED, WEXITSTATUS and WTERMSIG; a signal counts as the shell counts it.
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    return Result(
      status: code, output: output[0], errors: output[1], peakMemory: 1024 * usage.ru_maxrss)
  }

  /// Starts the program with its three streams on sockets of ours.
  private init(
    _ program: String, _ arguments: [String], _ environment: [String], package: String
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    descriptors = []
    var theirs: [Int32] = []
    defer { for descriptor in theirs { close(descriptor) } }
    for stream: Int32 in 0..<3 {
      var pair: [Int32] = [-1, -1]
      let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
      guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else {
        let errorNumber = errno
        for descriptor in descriptors { close(descriptor) }
        throw ReportError.cannotStart(program: program, errorNumber: errorNumber)
      }
      descriptors.append(pair[0])
      theirs.append(pair[1])
      posix_spawn_file_actions_adddup2(&actions, pair[1], stream)
    }
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    child = 0
    let failure = posix_spawnp(&child, program, &actions, nil, &argv, &envp)
    guard failure == 0 else {
      for descriptor in descriptors { close(descriptor) }
      throw failure == ENOENT
        ? ReportError.programMissing(program: program, package: package)
        : ReportError.cannotStart(program: program, errorNumber: failure)
    }
  }

  /// Writes all input and reads both outputs to their ends; nil when the deadline passes first.
  private mutating func exchange(_ input: [UInt8], deadline: Double) -> [[UInt8]]? {
    var remaining = input[...]
    var collected: [[UInt8]] = [[], []]
    while descriptors[1] >= 0 || descriptors[2] >= 0 {
      if remaining.isEmpty { finish(0) }
      let rest = deadline - Subprocess.now()
      guard rest > 0 else { return nil }
      // A negative descriptor is one that `poll` passes over.
      var waits = descriptors.enumerated().map {
        pollfd(fd: $1, events: Int16($0 == 0 ? POLLOUT : POLLIN), revents: 0)
      }
      guard poll(&waits, nfds_t(waits.count), Int32(min(1e6, (rest * 1000).rounded(.up)))) > 0
      else { continue }
      if waits[0].revents != 0 { send(&remaining) }
      for stream in 1...2 where waits[stream].revents != 0 {
        receive(stream, into: &collected[stream - 1])
      }
    }
    return collected
  }

  private mutating func send(_ remaining: inout ArraySlice<UInt8>) {
    let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
    let count = remaining.withUnsafeBytes {
      Glibc.send(descriptors[0], $0.baseAddress, $0.count, flags)
    }
    if count > 0 {
      remaining = remaining.dropFirst(count)
    } else if errno != EAGAIN && errno != EINTR {
      // The program has stopped reading; its status and messages tell why.
      remaining = []
    }
  }

  private mutating func receive(_ stream: Int, into bytes: inout [UInt8]) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptors[stream], &buffer, buffer.count, Int32(MSG_DONTWAIT))
    if count > 0 {
      bytes += buffer[..<count]
    } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
      finish(stream)
    }
  }

  private mutating func finish(_ stream: Int) {
    guard descriptors[stream] >= 0 else { return }
    close(descriptors[stream])
    descriptors[stream] = -1
  }

  /// Seconds on the monotonic clock.
  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
