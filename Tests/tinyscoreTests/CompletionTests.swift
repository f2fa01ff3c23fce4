import Foundation
import Testing

@Suite struct CompletionTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.makeFolder("datasets")
    try place.makeFolder("checkpoints")
    try place.makeFolder("my data")
    for name in [
      "datasets/ring.json", "datasets/rose.npy", "datasets/notes.txt", "checkpoints/a.safetensors",
      "points.npy", "levels.json", "pages.html", "my data/far.csv", "$(touch ran).npy",
      ".hidden.npy",
      "a:b.csv",
    ] {
      try place.put("", name)
    }
  }

  @Test("The script for every shell knows every command", arguments: ["bash", "zsh", "fish"])
  func commands(shell: String) async throws {
    let script = try await place.expectSuccess(["--generate-completion-script", shell])
    for command in [
      "train", "evaluate", "inspect", "score", "sample", "schedule", "bifurcations", "equations",
      "datasets",
    ] {
      #expect(script.contains(command), "\(command)")
    }
    #expect(!script.contains("manual"), "the hidden command is offered")
  }

  @Test(
    "bash completes commands, options, their values, files and data sets",
    arguments: [
      ("tr", ["train"]), ("train r", ["ring", "rose"]),
      ("train d", ["datasets/ring.json", "datasets/rose.npy"]),
      ("train po", ["points.npy"]), ("train my", ["my data/far.csv"]),
      ("train .h", [".hidden.npy"]),
      ("train x --opt", ["--optimizer"]), ("train x --optimizer ", ["adam", "soap"]),
      ("train x --activation t", ["tanh"]), ("evaluate x c", ["checkpoints/a.safetensors"]),
      ("evaluate x --unit ", ["nats", "bits"]), ("evaluate x --clock e", ["edm"]),
      ("evaluate x --weights ", ["ema", "online"]), ("evaluate x --report p", ["pages.html"]),
      ("inspect checkpoints/", ["checkpoints/a.safetensors"]),
      ("score x --quantity d", ["denoised", "divergence"]), ("score x --points p", ["points.npy"]),
      ("sample x --sampler a", ["ancestral", "adaptive"]),
      (
        "sample x --schedule ",
        [
          "karras", "geometric", "entropic", "rescaled-entropic", "$(touch ran).npy", "a:b.csv",
          "checkpoints/", "datasets/", "levels.json", "my data/", "points.npy",
        ]
      ),
      ("schedule x --kind k", ["karras"]), ("schedule x --format c", ["csv"]),
      ("bifurcations l", ["levels.json"]), ("equations --model ro", ["rose"]),
    ] as [(String, [String])])
  func bash(line: String, expected: [String]) async throws {
    // As bash does at a tab: the words so far, the last of which is completed.
    try place.put(
      """
      source <("$1" --generate-completion-script bash)
      IFS=' ' read -ra words <<<"$2"
      [[ "$2" = *' ' ]] && words+=('')
      COMP_WORDS=("$1" "${words[@]}") COMP_CWORD=${#words[@]} COMP_LINE="$1 $2"
      COMP_POINT=${#COMP_LINE}
      _tinyscore "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
      """, "complete.sh")
    let (code, text) = try await place.runProgram(
      "/bin/bash", ["--norc", place["complete.sh"], programPath, line])
    #expect(code == 0, "\(text)")
    #expect(text.split(separator: "\n").map(String.init) == expected)
    #expect(!place.has("ran"), "the name of a file was run")
  }
}
