internal import LinearAlgebra
internal import ScoreNetwork

/// One way from gradients to new weights.
protocol WeightUpdate: AnyObject, Sendable {
  /// The parts of the update of step `step`, which may run side by side; called while none runs.
  func tasks(_ rates: UpdateRates, step: Int) -> TaskList
}

/// Adam on every parameter by itself, a slice of them a task.
final class AdamUpdate: WeightUpdate, @unchecked Sendable {
  // Sendable: `rates` are set while no task runs.
  private var rates = UpdateRates()
  private var tasks = TaskList(count: 0) { _, _ in }

  init(_ state: TrainingState, gradient: NetworkParameters<Float>, slices: [Range<Int>]) {
    tasks = TaskList(count: slices.count) { [unowned self] index, _ in
      let (slice, rates) = (slices[index], self.rates)
      flushingDenormals {
        state.network.all[slice].updateByAdam(
          gradient: gradient.all[slice], first: state.optimizer.first.all[slice],
          second: state.optimizer.second.all[slice], average: state.average.all[slice],
          beta1: rates.beta1, beta2: rates.beta2, rate: rates.rate, epsilon: rates.epsilon,
          averageWeight: rates.averageWeight)
      }
    }
  }

  func tasks(_ rates: UpdateRates, step: Int) -> TaskList {
    self.rates = rates
    return tasks
  }
}

/// SOAP (Vyas and others 2024): Adam on each weight in the eigenbases of its gradient's second
/// moments.
///
/// A layer is a task. Biases have plain Adam.
final class SoapUpdate: WeightUpdate, @unchecked Sendable {
  // Sendable: as above; a layer's memory is touched by its own task only.
  private var rates = UpdateRates()
  private var isRefresh = false
  private var tasks = TaskList(count: 0) { _, _ in }

  /// Steps between refreshes of the bases (the paper's), and steps at the start that have one each.
  ///
  /// The paper decomposes the factors of the first step; here the bases start as the coordinates'
  /// own, as no gradient reaches the hidden layers before the output layer has left zero, and the
  /// power method catches up in a few steps.
  private static let (period, early) = (10, 20)

  init(_ state: TrainingState, gradient: NetworkParameters<Float>) {
    let optimizer = state.optimizer
    let layers = optimizer.bases.indices.map {
      SoapLayer(
        optimizer.bases[$0],
        moments: (optimizer.first.layers[$0].weight, optimizer.second.layers[$0].weight))
    }
    tasks = TaskList(count: layers.count) { [unowned self] index, _ in
      let (rates, gradient) = (self.rates, gradient.layers[index])
      // The state itself is captured: the views of its layers do not keep it.
      let (network, average) = (state.network.layers[index], state.average.layers[index])
      flushingDenormals {
        let direction = layers[index].updateDirection(
          for: gradient.weight, rates, refreshing: isRefresh)
        network.weight.vector.descend(
          direction.vector, rate: rates.rate, average: average.weight.vector,
          averageWeight: rates.averageWeight)
        network.bias.updateByAdam(
          gradient: gradient.bias, first: state.optimizer.first.layers[index].bias,
          second: state.optimizer.second.layers[index].bias, average: average.bias,
          beta1: rates.beta1, beta2: rates.beta2, rate: rates.rate, epsilon: rates.epsilon,
          averageWeight: rates.averageWeight)
      }
    }
  }

  func tasks(_ rates: UpdateRates, step: Int) -> TaskList {
    self.rates = rates
    isRefresh = step % Self.period == Self.period - 1 || (step > 0 && step < Self.early)
    return tasks
  }
}
