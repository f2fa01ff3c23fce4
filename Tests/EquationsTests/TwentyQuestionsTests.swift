import Glibc
import Testing

@testable import Equations

@Suite struct TwentyQuestionsTests {
  // In Python, by brute force over the eleven elements:
  //   q = [lambda i: i<7, lambda i: i%2==1, lambda i: i<7 or i%2==1, lambda i: i%3==0,
  //        lambda i: i%5<2, lambda i: i<4]
  //   for j in range(7):
  //     n = collections.Counter(tuple(f(i) for f in q[:j]) for i in range(11))
  //     print(sum(c/11*math.log2(c) for c in n.values()))
  private static let entropies = [
    3.4594316186372973, 2.5137713140366573, 1.52317159110577, 1.52317159110577,
    0.7272727272727273, 0.5454545454545454, 0,
  ]

  @Test("Entropies agree with a count by another program, answer by answer", arguments: 0...6)
  func entropies(count: Int) {
    let game = TwentyQuestions.example
    #expect(abs(game.entropy(after: count) - Self.entropies[count]) < 1e-14)
    #expect(
      abs(game.mean(after: count) { log2(Double(game.size($0))) } - Self.entropies[count]) < 1e-14)
  }

  @Test("The questions tell all elements apart, and the third says nothing new")
  func questions() {
    let game = TwentyQuestions.example
    #expect(game.prefixes(game.questions).count == game.elements)
    #expect(game.prefixes(3).count == game.prefixes(2).count)
    #expect(game.size([]) == game.elements && game.size([true, false, false]) == 0)
  }

  @Test("A lazy oracle never contradicts itself: its answers are those of an element")
  func lazyOracle() {
    let game = TwentyQuestions.example
    for number in 0..<100 {
      let answers = game.lazyGame { Double((number * (2 * $0 + 3) * 37) % 101) / 101 }
      #expect(game.size(answers) == 1)
    }
  }
}
