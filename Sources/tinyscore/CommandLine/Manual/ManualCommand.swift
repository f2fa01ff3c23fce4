internal import ArgumentParser
internal import JSONText

/// `tinyscore manual`: the manual page.
///
/// Hidden: it is for `make install`, which puts the page where `man` looks.
struct Manual: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the manual page, for man.", shouldDisplay: false)

  mutating func run() throws {
    // What --help is made of. The parser promises nobody this function: it stays because
    // Package.swift asks for one exact version, and a version without it does not compile.
    let help = try JSONValue(reading: Tinyscore._dumpHelp())
    try Terminal.print(ManualPage(help["command"] ?? .null).text)
  }
}
