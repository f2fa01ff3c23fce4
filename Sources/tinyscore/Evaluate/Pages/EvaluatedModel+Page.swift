internal import Estimation
internal import LinearAlgebra
internal import Report
internal import Statistics
internal import Storage

extension EvaluatedModel {
  /// The axis of every figure over the noise level.
  static let sigmaAxis = Figure.Axis("noise level σ", isLogarithmic: true)

  /// The results as a page with figures.
  func page(command: String, workers: Workers) -> ReportPage {
    ReportPage(
      title: "\(dataset.name): when and how many nats", summary: summaryWords,
      keyNumbers: keyNumbers,
      sections: [
        rateSection, divergenceSection, balanceSection, decisionSection,
        fixedPointSection(workers), geometrySection, heldOutSection, trainingSection,
        sampleSection(workers),
        scheduleSection, readingSection,
      ].compactMap(\.self), configuration: settings, command: command,
      colophon: "Made by tinyscore \(programVersion).")
  }

  /// The excess of the loss over the exact entropy, in per cent, from which on the page speaks of generalising.
  private static let generalisingExcess = 10.0

  private var summaryWords: [String] {
    var words: [String] = []
    if let exact = evaluation.entropy(.exact) {
      words.append(
        "Between σ = \(formatNumber(evaluation.levels.first?.sigma ?? 0, significant: 3)) and "
          + "\(formatNumber(evaluation.levels.last?.sigma ?? 0, significant: 3)) the data decide "
          + "\(text(exact, digits: 5)) nats (\(text(exact, unit: .bits, digits: 5)) bits); the rate per "
          + "unit of ln σ is largest at σ = "
          + "\(formatNumber(evaluation.peakSigma(.exact) ?? .nan, significant: 3)).")
    }
    if let loss = evaluation.entropy(.informedLoss), let exact = evaluation.entropy(.exact),
      exact.value > 0
    {
      let excess = 100 * (loss.value / exact.value - 1)
      words.append(
        "The network's denoising loss gives \(text(loss, digits: 5)) nats, "
          + "\(formatNumber(excess, significant: 2)) % more: by so much the network differs from the exact "
          + "score of \(dataset.distribution == "points" ? "these points" : "this law"). Its bandwidth fraction is "
          + "off by at most "
          + "\(formatNumber(evaluation.maximumBandwidthError(.informedLoss) ?? .nan, significant: 2))."
      )
      if dataset.distribution == "points" && excess > Self.generalisingExcess {
        words.append(
          "A network that generalises is meant to differ from points: of the law they come from the loss on "
            + "points that training has not seen is the upper bound.")
      }
    }
    return words + heldOutLines + totalLines
  }

  private var keyNumbers: [ReportPage.KeyNumber] {
    let notes: [Route: String] = [
      .exact: "of the data themselves, over these noise levels",
      .informedLoss: "of the network, with the help of the law",
      .loss: "of the network, from samples alone: an upper bound",
      .trainingLoss: "as training itself saw it, before averaging",
    ]
    var numbers: [ReportPage.KeyNumber] = []
    for route in [Route.exact, .informedLoss, .loss, .trainingLoss] {
      if let entropy = evaluation.entropy(route) {
        numbers.append(
          .init(
            "entropy, \(Self.name(route))", text(entropy), unit: "nats", note: notes[route] ?? ""))
      }
    }
    if let error = evaluation.maximumBandwidthError(.informedLoss) {
      numbers.append(
        .init(
          "largest bandwidth error", formatNumber(error, significant: 2),
          note: "max |b̂ − b| of the informed loss"))
    }
    return numbers
  }

  /// How the numbers are to be read, and what they do not say.
  private var readingSection: ReportPage.Section {
    var words = [
      "A number in brackets is the standard error of the last digits, and bands and bars are "
        + "\(percent) % intervals. Both speak of sampling: of what other "
        + "samples would have given, not of what another training run would have learned. For that, "
        + "train with several seeds and give all checkpoints to one evaluate."
    ]
    if !learnedRoutes.isEmpty { words += learnedWords }
    return ReportPage.Section("How to read this", paragraphs: words)
  }

  private var learnedWords: [String] {
    var words = [
      "The loss is the denoising loss of the network on fresh samples. It is never below the entropy rate "
        + "of the data, by whatever the network has not learned; the scaled bound is the same after the "
        + "best rescaling. Divergence and score norm equal the rate only for the exact score and err to "
        + "either side: where they part from the loss, the network's own error shows without any law."
    ]
    if dataset.distribution == "points" {
      words.append(
        "The exact side is that of these points, and not of the law that they may have been drawn from: of "
          + "that law the loss on points that training has not seen is the upper bound"
          + (heldOut == nil ? "; train with --holdout to have it." : ", shown under Memorisation."))
    }
    return words
  }

  private var settings: [ReportPage.Setting] {
    var settings: [ReportPage.Setting] = [
      .init("model", model.path),
      .init("data set", "\(dataset.name) (\(dataset.distribution), D = \(evaluation.dimension))"),
      .init("evaluate levels", "\(evaluation.levels.count)"),
      .init("evaluate --samples", "\(samplesPerLevel)"), .init("evaluate --paths", "\(paths)"),
      .init("evaluate --confidence", "\(confidence)"), .init("evaluate --seed", "\(seed)"),
    ]
    if case .network(let checkpoint, _) = model {
      settings.append(.init("evaluate --weights", weights.rawValue))
      settings += (trainingOptions ?? []).map { .init("train --\($0.key)", $0.value.canonicalText) }
      settings.append(
        .init(
          "trained with",
          "tinyscore \(checkpoint.provenance.version), OpenBLAS \(checkpoint.provenance.openBLAS), "
            + checkpoint.provenance.coreType))
    }
    return settings
  }
}
