package import LinearAlgebra

/// The network F: hidden layers of one width, an activation after each, a linear output layer.
///
/// Forward and backward are written by hand, the backward pass being the forward's calls in reverse
/// order. Shapes: the input X is `(R, in)`, each `W` `(out, in)`, so a layer is `X Wᵀ + b`.
package enum MultilayerPerceptron {
  /// Computes the output from the input, without the output layer's bias.
  ///
  /// Keeps the slopes that the backward pass and the Jacobian need, unless told not to. The bias is
  /// left to the caller, whose next pass over the output adds it for free.
  package static func forward<Element>(
    _ parameters: NetworkParameters<Element>, _ work: NetworkWorkspace<Element>,
    keepingSlopes: Bool = true
  ) {
    var x = work.input
    for index in 0..<work.shape.depth {
      let (layer, h) = (parameters.layers[index], work.hidden[index])
      h.setProduct(.plain(x), .transposed(layer.weight))
      if keepingSlopes {
        h.activate(work.shape.activation, bias: layer.bias, slope: work.slopes[index])
      } else {
        h.activate(work.shape.activation, bias: layer.bias)
      }
      x = h
    }
    setOutput(work.output, from: x, parameters.layers[work.shape.depth].weight)
  }

  private static func setOutput<Element>(
    _ output: MatrixView<Element>, from h: MatrixView<Element>, _ weight: MatrixView<Element>
  ) {
    if output.columns <= MatrixView<Element>.narrowOutputs {
      output.setNarrowProduct(h, weight)
    } else {
      output.setProduct(.plain(h), .transposed(weight))
    }
  }

  /// Computes the gradients of a scalar loss by every weight and bias, and by the input where the
  /// workspace has room for it.
  ///
  /// `work` is as `forward` left it but for `work.output`, which holds the loss's gradient by the
  /// output. Gradients are overwritten, and are sums over the rows.
  package static func backward<Element>(
    _ parameters: NetworkParameters<Element>, _ work: NetworkWorkspace<Element>,
    gradient: NetworkParameters<Element>
  ) {
    let depth = work.shape.depth
    var dY = work.output
    dY.sumColumns(into: gradient.layers[depth].bias)
    for index in (0..<depth).reversed() {
      let h = work.hidden[index]
      let dH = work.hiddenGradients[index % 2]
      let (weight, dW) = (parameters.layers[index + 1].weight, gradient.layers[index + 1].weight)
      let (slope, dB) = (work.slopes[index], gradient.layers[index].bias)
      if dY.columns <= MatrixView<Element>.narrowOutputs {
        dH.setNarrowGradient(dY, weight: weight, h: h, slope: slope, sums: dB, weightGradient: dW)
      } else {
        dW.setProduct(.transposed(dY), .plain(h))
        dH.setProduct(.plain(dY), .plain(weight))
        dH.scale(by: slope, summingColumnsInto: dB)
      }
      dY = dH
    }
    gradient.layers[0].weight.setProduct(.transposed(dY), .plain(work.input))
    work.inputGradient?.setProduct(.plain(dY), .plain(parameters.layers[0].weight))
  }

  /// Computes the Jacobians of the output by the point, of the block's rows `rows` (n of them).
  ///
  /// Reverse mode, after `forward`: one gradient an output, all rows and outputs in each product.
  /// Forward mode would cost the same here, as there are as many outputs as coordinates, and leave
  /// the transposes. `gradients` are two `(n · D, width)` matrices, overwritten; `jacobian` `(n ·
  /// D, D)` receives `∂F_i/∂u_j` of row r in row `r D + i`, column `j`.
  package static func jacobian<Element>(
    _ parameters: NetworkParameters<Element>, _ work: NetworkWorkspace<Element>, rows: Range<Int>,
    gradients: [MatrixView<Element>], jacobian: MatrixView<Element>
  ) {
    let (dimension, depth) = (work.shape.dimension, work.shape.depth)
    var from = gradients[depth % 2]
    // The gradient of output i by the last hidden values is row i of the output weight, everywhere.
    from.setRows(
      of: parameters.layers[depth].weight, scaledByRowsOf: work.slopes[depth - 1].rows(rows))
    for index in (1..<depth).reversed() {
      let to = gradients[index % 2]
      to.setProduct(.plain(from), .plain(parameters.layers[index].weight))
      to.scale(byRowsOf: work.slopes[index - 1].rows(rows), repeating: dimension)
      from = to
    }
    jacobian.setProduct(
      .plain(from), .plain(parameters.layers[0].weight.columns(0..<dimension)))
  }

  /// Computes the derivatives of the output along one direction of the point a row.
  ///
  /// Forward mode, after `forward`, at the cost of another pass without activations: on entry
  /// `work.point` holds the directions `v`, `(R, D)`, in place of the points; on exit `work.output`
  /// holds `Σ_j ∂F_i/∂u_j v_j`. Overwrites `work.hiddenGradients`.
  package static func jacobianProducts<Element>(
    _ parameters: NetworkParameters<Element>, _ work: NetworkWorkspace<Element>
  ) {
    var (tangent, weight) = (
      work.point, parameters.layers[0].weight.columns(0..<work.shape.dimension)
    )
    for index in 0..<work.shape.depth {
      let to = work.hiddenGradients[index % 2]
      to.setProduct(.plain(tangent), .transposed(weight))
      to.scale(byRowsOf: work.slopes[index], repeating: 1)
      (tangent, weight) = (to, parameters.layers[index + 1].weight)
    }
    work.output.setProduct(.plain(tangent), .transposed(weight))
  }
}
