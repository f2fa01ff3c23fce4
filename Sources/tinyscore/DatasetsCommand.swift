internal import ArgumentParser
internal import Report
internal import Storage

/// `tinyscore datasets`: the data sets at hand.
struct Datasets: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the data sets at hand.", usage: "tinyscore datasets [<options>]",
    discussion: "Example: tinyscore datasets")

  @OptionGroup(title: "Common options") var common: CommonOptions

  mutating func run() throws {
    var table = TextTable(columns: [
      .init("name", alignment: .left), .init("distribution", alignment: .left), .init("D"),
      .init("about", alignment: .left),
    ])
    for name in Dataset.names(shareFolders: shareFolders) {
      do {
        let data = try Dataset(name, shareFolders: shareFolders)
        table.append([
          data.name, data.distribution, "\(data.law.dimension)", data.summary ?? "",
        ])
      } catch {
        // A broken file is shown as one; it does not hide the others.
        table.append([name, "–", "–", "\(error)"])
      }
    }
    try Terminal.print(table.text)
  }
}
