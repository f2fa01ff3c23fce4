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

/// SOAP (Vyas and others 2024): Adam on each weight in the eigenbases of its gradient's second moments.
///
/// A layer is a task. Biases have plain Adam.
final class SoapUpdate: WeightUpdate, @unchecked Sendable {
  // Sendable: as above; a layer's memory is touched by its own task only.
  private var rates = UpdateRates()
  private var isRefresh = false
  private var tasks = TaskList(count: 0) { _, _ in }

  /// Steps between refreshes of the bases, and steps at the start that have one each.
  private static let (period, early) = (10, 20)

  init(_ state: TrainingState, gradient: NetworkParameters<Float>) {
    let (first, second) = (state.optimizer.first.layers, state.optimizer.second.layers)
    let (network, average) = (state.network.layers, state.average.layers)
    let layers = state.optimizer.bases.indices.map {
      SoapLayer(state.optimizer.bases[$0], moments: (first[$0].weight, second[$0].weight))
    }
    tasks = TaskList(count: layers.count) { [unowned self] index, _ in
      let (rates, gradient) = (self.rates, gradient.layers[index])
      flushingDenormals {
        let direction = layers[index].direction(gradient.weight, rates, refreshing: isRefresh)
        network[index].weight.vector.descend(
          direction.vector, rate: rates.rate, average: average[index].weight.vector,
          averageWeight: rates.averageWeight)
        network[index].bias.updateByAdam(
          gradient: gradient.bias, first: first[index].bias, second: second[index].bias,
          average: average[index].bias, beta1: rates.beta1, beta2: rates.beta2, rate: rates.rate,
          epsilon: rates.epsilon, averageWeight: rates.averageWeight)
      }
    }
  }

  func tasks(_ rates: UpdateRates, step: Int) -> TaskList {
    self.rates = rates
    isRefresh = step % Self.period == Self.period - 1 || (step > 0 && step < Self.early)
    return tasks
  }
}
