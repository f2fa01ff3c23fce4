internal import Dynamics
internal import LinearAlgebra
internal import Report
internal import Storage
extension AnalyzedBranchings {
  func page(command: String, workers: Workers) -> ReportPage {
    ReportPage(title: "x", summary: [])
  }
}
