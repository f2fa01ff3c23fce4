/// What the manual page says beyond `--help`.
enum ManualProse {
  /// When these words were last changed: pages carry a date, and the same program writes the same
  /// page.
  static let date = "November 27, 2026"

  static let environment = [
    ("NO_COLOR", "If set and not empty, progress has no colours."),
    (
      "OPENBLAS_CORETYPE",
      "The kernels of the matrix products, instead of those for this processor."
    ),
    ("TERM", "If it is dumb, progress is plain lines, as it is in a pipe."),
  ]

  static let files = [
    ("datasets/", "Data sets that a bare name leads to: NAME.json, NAME.npy or NAME.csv."),
    (
      "../share/tinyscore/datasets/",
      "The same, seen from the folder of the program: the data sets that were installed with it."
    ),
    ("checkpoints/", "Where train writes unless told otherwise."),
    (
      "\\&.NAME.safetensors.lock",
      "Beside a checkpoint or a log while a run writes it, and removed with the run."
    ),
    (
      "\\&.NAME.safetensors.previous",
      "The checkpoint before the last, as long as its run is not done; train --resume takes it "
        + "where the last is damaged."
    ),
  ]

  static let exitCodes: [(ResultCode, String)] = [
    (.done, "Done."),
    (.checkFailed, "A check failed, or the files differ."),
    (.usage, "The command line cannot be understood."),
    (.malformedData, "An input is malformed or corrupt."),
    (.noInput, "An input is not there or cannot be read."),
    (.missingProgram, "A program is missing; the message names its package."),
    (.notFinite, "The computation left the finite numbers; the message names the seed."),
    (.cannotCreate, "An output cannot be created."),
    (.cannotWrite, "An output cannot be written."),
    (
      .stopped,
      "Stopped on request with a checkpoint saved, or the output is in use by another run."
    ),
  ]

  static let further = """
    L. Ambrogioni, The Information Dynamics of Generative Diffusion, arXiv:2508.19897. \
    Figures of --report are drawn by gnuplot (Debian: gnuplot-nox).
    """
}
