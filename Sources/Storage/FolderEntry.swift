/// A file or a folder in another folder.
package struct FolderEntry {
  /// Its name there, without a path.
  package let name: String
  /// Whether it is a folder, or a symbolic link to one.
  package let isFolder: Bool

  /// What is in `folder`, by name; nothing where it cannot be read.
  package static func all(in folder: String) -> [FolderEntry] {
    ((try? FileName.all(in: folder)) ?? []).sorted().map {
      FolderEntry(name: $0, isFolder: FileName.isFolder("\(folder)/\($0)"))
    }
  }
}
