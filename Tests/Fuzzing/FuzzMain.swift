import Foundation
import Storage

/// The reader that the environment names.
private let reader: FuzzedReader = {
  let names = FuzzedReader.allCases.map(\.rawValue).joined(separator: ", ")
  guard let name = ProcessInfo.processInfo.environment["TINYSCORE_READER"],
    let reader = FuzzedReader(rawValue: name)
  else { fatalError("TINYSCORE_READER: expected one of \(names)") }
  return reader
}()

/// What libFuzzer calls with the content of a file: one that is refused must be refused well.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // libFuzzer's bytes are there for the time of the call.
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(StorageError) {
    try reader.read(bytes)
  } catch {
    FuzzedReader.check(error)
  }
  return 0
}
