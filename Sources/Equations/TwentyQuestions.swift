internal import Glibc

/// A game of twenty questions: a finite set, and what the oracle answers to each of some fixed
/// questions.
struct TwentyQuestions: Sendable {
  /// The answers `a_1 … a_J` of each element, `(N_0, J)`.
  let answers: [[Bool]]

  /// How many elements and questions there are.
  var elements: Int { answers.count }
  var questions: Int { answers[0].count }

  /// Eleven elements and six questions that tell all of them apart, the third of which says nothing
  /// that the first two have not said.
  static let example = TwentyQuestions(
    answers: (0..<11).map {
      [$0 < 7, $0 % 2 == 1, $0 < 7 || $0 % 2 == 1, $0 % 3 == 0, $0 % 5 < 2, $0 < 4]
    }
  )

  /// The elements that answer as `prefix` does: `Ω_j(a_{1:j})`.
  func consistent(with prefix: [Bool]) -> [Int] {
    answers.indices.filter { answers[$0].prefix(prefix.count).elementsEqual(prefix) }
  }

  /// The size `N_j(a_{1:j})` of that set.
  func size(_ prefix: [Bool]) -> Int { consistent(with: prefix).count }

  /// The first `count` answers of an element: `R_j(a)`, Equation 3.
  func masked(_ element: Int, _ count: Int) -> [Bool] { Array(answers[element].prefix(count)) }

  /// The distinct strings `a_{1:j}` that occur.
  func prefixes(_ count: Int) -> [[Bool]] {
    answers.indices.map { masked($0, count) }.reduce(into: []) { list, prefix in
      if !list.contains(prefix) { list.append(prefix) }
    }
  }

  /// `H(y*|a_{1:j}) = −E log₂ p(y|a_{1:j})` in bits, from the joint table of elements and strings.
  func entropy(after count: Int) -> Double {
    let uniform = 1 / Double(elements)
    return answers.indices.reduce(0) { sum, element in
      let string = masked(element, count)
      let evidence = answers.indices.reduce(0) {
        $0 + (masked($1, count) == string ? uniform : 0)
      }
      return sum - uniform * log2(uniform / evidence)
    }
  }

  /// `E f(a_{1:j})` over the strings of a uniformly drawn element.
  func mean(after count: Int, _ f: ([Bool]) -> Double) -> Double {
    answers.indices.reduce(0) { $0 + f(masked($1, count)) } / Double(elements)
  }

  /// The probability that a lazy oracle answers 0 next: Equation 4.
  func probabilityOfZero(after prefix: [Bool]) -> Double {
    Double(size(prefix + [false])) / Double(size(prefix))
  }

  /// One game with a lazy oracle, which draws each answer by Equation 4 from a number in (0, 1).
  func lazyGame(_ uniform: (Int) -> Double) -> [Bool] {
    (0..<questions).reduce(into: []) { string, question in
      string.append(uniform(question) >= probabilityOfZero(after: string))
    }
  }
}
