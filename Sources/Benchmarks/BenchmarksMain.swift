import Estimation
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import ScoreNetwork
import Training

struct Pts: SampleSource {
  let points: Matrix<Double>
  let moments: DataMoments
  var dimension: Int { points.columns }
  init(_ p: Matrix<Double>) {
    points = p
    var m = [Double](repeating: 0, count: p.columns)
    for i in 0..<p.rows { for j in 0..<p.columns { m[j] += p[i, j] / Double(p.rows) } }
    var v = 0.0
    for i in 0..<p.rows {
      for j in 0..<p.columns { v += (p[i, j] - m[j]) * (p[i, j] - m[j]) / Double(p.rows) }
    }
    moments = DataMoments(mean: m, totalVariance: v)
  }
  func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int
  ) {
    let s = stream.with(.data)
    for r in 0..<y.rows {
      let w = s.words(at: UInt64(firstSample + r)).0
      let k = Int((UInt64(w) * UInt64(points.rows)) >> 32)
      for j in 0..<y.columns { y[r, j] = Float(points[k, j] - moments.mean[j]) }
    }
  }
  func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int
  ) {
    let s = stream.with(.data)
    for r in 0..<y.rows {
      let w = s.words(at: UInt64(firstSample + r)).0
      let k = Int((UInt64(w) * UInt64(points.rows)) >> 32)
      for j in 0..<y.columns { y[r, j] = points[k, j] }
    }
  }
  func zhat(_ x: ArraySlice<Double>, _ sigma: Double) -> ([Double], Double) {
    var l = [Double](repeating: 0, count: points.rows)
    for k in 0..<points.rows {
      var d = 0.0
      for j in 0..<dimension {
        let e = x[x.startIndex + j] - points[k, j]
        d += e * e
      }
      l[k] = -d / (2 * sigma * sigma)
    }
    let mx = l.max()!
    var sum = 0.0
    for k in l.indices {
      l[k] = exp(l[k] - mx)
      sum += l[k]
    }
    var m = [Double](repeating: 0, count: dimension)
    for k in l.indices { for j in 0..<dimension { m[j] += l[k] / sum * points[k, j] } }
    var v = 0.0
    for k in l.indices {
      for j in 0..<dimension { v += l[k] / sum * (points[k, j] - m[j]) * (points[k, j] - m[j]) }
    }
    return ((0..<dimension).map { (x[x.startIndex + $0] - m[$0]) / sigma }, v / (sigma * sigma))
  }
}
struct Gauss: SampleSource {
  let sd: [Double]
  let moments: DataMoments
  var dimension: Int { sd.count }
  init(_ sd: [Double]) {
    self.sd = sd
    moments = DataMoments(mean: sd.map { _ in 0 }, totalVariance: sd.reduce(0) { $0 + $1 * $1 })
  }
  func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int
  ) {
    stream.with(.dataNormal).fillNormal(y, firstSample: firstSample)
    for r in 0..<y.rows { for j in 0..<y.columns { y[r, j] *= Float(sd[j]) } }
  }
  func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int
  ) {
    stream.with(.dataNormal).fillNormal(y, firstSample: firstSample)
    for r in 0..<y.rows { for j in 0..<y.columns { y[r, j] *= sd[j] } }
  }
  func zhat(_ x: ArraySlice<Double>, _ sigma: Double) -> ([Double], Double) {
    (
      (0..<dimension).map { sigma * x[x.startIndex + $0] / (sd[$0] * sd[$0] + sigma * sigma) },
      sd.reduce(0) { $0 + $1 * $1 / ($1 * $1 + sigma * sigma) }
    )
  }
}
func now() -> Double {
  var t = timespec()
  clock_gettime(CLOCK_MONOTONIC, &t)
  return Double(t.tv_sec) + 1e-9 * Double(t.tv_nsec)
}

func experiment() throws {
  var args: [String: String] = [:]
  for a in CommandLine.arguments.dropFirst() {
    let p = a.split(separator: "=")
    args[String(p[0])] = String(p[1])
  }
  func num(_ k: String, _ d: Double) -> Double { args[k].flatMap { Double($0) } ?? d }
  let name = args["data"] ?? "ring"
  let source: any SampleSource
  var range: NoiseRange
  var zhat: (ArraySlice<Double>, Double) -> ([Double], Double)
  switch name {
  case "two":
    let s = Pts(Matrix([[1.0], [-1.0]]))
    source = s
    range = NoiseRange(minimum: 0.27, maximum: 22)!
    zhat = s.zhat
  case "ring":
    let s = Pts(Matrix((0..<8).map { [cos(Double($0) * .pi / 4), sin(Double($0) * .pi / 4)] }))
    source = s
    range = NoiseRange(minimum: 0.1, maximum: 14)!
    zhat = s.zhat
  case "simplex":
    var rows = (0..<16).map { i in (0..<16).map { j in i == j ? 1.0 : 0.0 } }
    rows = rows.map { r in r.map { ($0 - 1.0 / 16) / (15.0 / 16).squareRoot() } }
    let s = Pts(Matrix(rows))
    source = s
    range = NoiseRange(minimum: 0.12, maximum: 12)!
    zhat = s.zhat
  case "gaussian":
    let s = Gauss((0..<16).map { (0.05 * pow(60, Double($0) / 15)).squareRoot() })
    source = s
    range = NoiseRange(minimum: 0.01, maximum: 30)!
    zhat = s.zhat
  default:
    let s = Gauss((0..<16).map { $0 < 4 ? 1.0 : 0.0 })
    source = s
    range = NoiseRange(minimum: 0.022, maximum: 20)!
    zhat = s.zhat
  }
  let workers = Workers(count: Int(num("threads", 4)))
  let c = TrainingConfiguration(
    steps: Int(num("steps", 4000)), batch: Int(num("batch", 1024)), width: Int(num("width", 128)),
    depth: Int(num("depth", 3)),
    activation: Activation(rawValue: args["act"] ?? "silu")!, optimizer: .adam,
    learningRate: num("lr", 1e-2), averageDecay: num("ema", 0.999), range: range,
    seed: UInt64(num("seed", 0)), holdout: 0)
  let state = TrainingState(
    shape: c.networkShape(dimension: source.dimension), moments: source.moments, seed: c.seed)
  let trainer = Trainer(
    configuration: c, source: source, state: state,
    ledger: LossLedger(range: range, pageSteps: max(1, c.steps / 20)), step: 0, workers: workers)
  let t0 = now()
  for _ in 0..<c.steps { try trainer.advance() }
  let dt = now() - t0
  trainer.collectLedger()
  let d = Double(source.dimension)
  let n = Int(num("samples", 4096))
  let levels = range.levels(32)
  for (label, p) in [("ema", state.average), ("online", state.network)] {
    let net = ScoreNetwork(
      parameters: p, embedding: state.embedding, preconditioning: state.preconditioning)
    var worst = 0.0
    var worstSigma = 0.0
    var excess = 0.0
    var exact = 0.0
    var ledgerTotal = 0.0
    var out = ""
    for (i, sigma) in levels.enumerated() {
      let st = RandomStream(seed: 99, step: UInt32(i), purpose: .noise)
      let y = source.samples(n, stream: st)
      let z = st.normals(n, source.dimension)
      var x = y
      for r in 0..<n { for j in 0..<source.dimension { x[r, j] += sigma * z[r, j] } }
      let pred = net.predictedNoise(at: x, sigma: sigma)
      var delta = 0.0
      var cc = 0.0
      for r in 0..<n {
        let (e, v) = zhat(x.row(r), sigma)
        cc += v
        for j in 0..<source.dimension {
          let q = e[j] - pred[r, j]
          delta += q * q
        }
      }
      delta /= Double(n)
      cc /= Double(n)
      let w =
        range.logWidth / Double(levels.count - 1) * (i == 0 || i == levels.count - 1 ? 0.5 : 1)
      excess += w * delta
      exact += w * cc
      if let l = trainer.ledger.loss(at: sigma) { ledgerTotal += w * l.value }
      if delta / d > worst {
        worst = delta / d
        worstSigma = sigma
      }
      out += " \(Float(sigma)):\(Float(delta/d))"
    }
    print(
      "\(name) \(label) steps \(c.steps) lr \(c.learningRate) batch \(c.batch) w\(c.width): \(String(dt*1e6/Double(c.steps))) us/step, \(dt) s, max|db| \(worst) at \(worstSigma), excess \(excess) of \(exact) = \(100*excess/exact) %, ledger \(ledgerTotal)"
    )
    if args["v"] != nil { print(out) }
  }
}
@main struct Placeholder { static func main() throws { try experiment() } }
