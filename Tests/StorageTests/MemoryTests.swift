import Storage
import Testing

@Suite struct MemoryTests {
  @Test(
    "An amount of memory is told in the unit that leaves it digits",
    arguments: [
      (0, "0 MB"), (3e6, "3 MB"), (49.6e6, "50 MB"), (999.4e6, "999 MB"), (999.6e6, "1.0 GB"),
      (16.74e9, "16.7 GB"), (12802e9, "12802.0 GB"),
    ])
  func text(bytes: Double, text: String) { #expect(memoryText(bytes) == text) }

  @Test("A process has some memory, and can have more")
  func amounts() throws {
    #expect(usedMemory() > 1e6)
    #expect(try #require(availableMemory()) > 1e6)
  }
}
