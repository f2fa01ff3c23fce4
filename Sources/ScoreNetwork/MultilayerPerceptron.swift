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
    for (index, layer) in parameters.layers.dropLast().enumerated() {
      let h = work.hidden[index]
      h.setProduct(.plain(x), .transposed(layer.weight))
      if keepingSlopes {
        h.activate(work.shape.activation, bias: layer.bias, slope: work.slopes[index])
      } else {
        h.activate(work.shape.activation, bias: layer.bias)
      }
      x = h
    }
    work.output.setProduct(.plain(x), .transposed(parameters.layers[work.shape.depth].weight))
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
      gradient.layers[index + 1].weight.setProduct(.transposed(dY), .plain(h))
      dH.setProduct(.plain(dY), .plain(parameters.layers[index + 1].weight))
      dH.scale(by: work.slopes[index], summingColumnsInto: gradient.layers[index].bias)
      dY = dH
    }
    gradient.layers[0].weight.setProduct(.transposed(dY), .plain(work.input))
    work.inputGradient?.setProduct(.plain(dY), .plain(parameters.layers[0].weight))
  }

  /// Computes the derivatives of the output along each of the D point coordinates.
  ///
  /// Forward mode, after `forward`, for the block's rows `rows` (n of them): one direction a row, all
  /// rows in each product. `firstWeight` is the transpose of the first weight's point columns,
  /// `(D, width)`; `tangents` are two `(n · D, width)` matrices, overwritten; `jacobian` `(n · D, D)`
  /// receives `∂F_i/∂u_j` of row r in row `r D + j`, column `i`.
  package static func jacobian<Element>(
    _ parameters: NetworkParameters<Element>, _ work: NetworkWorkspace<Element>, rows: Range<Int>,
    firstWeight: MatrixView<Element>, tangents: [MatrixView<Element>],
    jacobian: MatrixView<Element>
  ) {
    let (dimension, depth) = (work.shape.dimension, work.shape.depth)
    // The first layer's tangent along coordinate j is column j of its weight, whatever the row.
    tangents[0].setRows(of: firstWeight, scaledByRowsOf: work.slopes[0].rows(rows))
    for index in 1..<max(depth, 1) {
      let (from, to) = (tangents[(index + 1) % 2], tangents[index % 2])
      to.setProduct(.plain(from), .transposed(parameters.layers[index].weight))
      to.scale(byRowsOf: work.slopes[index].rows(rows), repeating: dimension)
    }
    jacobian.setProduct(
      .plain(tangents[(depth + 1) % 2]), .transposed(parameters.layers[depth].weight))
  }
}
