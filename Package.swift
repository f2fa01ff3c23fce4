// swift-tools-version: 6.1
import PackageDescription

/// Imports are internal unless a signature needs them in public: a target's interface then shows
/// exactly which other targets its users see.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

/// A library target of this package, in the order of README's layout: it may import only what it lists.
func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one target.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: settings)
}

let package = Package(
  name: "tinyscore",
  products: [
    .executable(name: "tinyscore", targets: ["tinyscore"]),
    // For packages that build on the modules, each imported by its own name.
    .library(
      name: "TinyscoreModules",
      targets: [
        "LinearAlgebra", "Statistics", "Randomness", "ForwardProcess", "Distributions",
        "ScoreNetwork", "Estimation", "Training", "Dynamics", "Equations", "JSONText", "Storage",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CVectorMath"),
    .target(name: "CAllocationCount"),
    layer("LinearAlgebra", ["COpenBLAS", "CVectorMath"]),
    layer("Statistics", ["LinearAlgebra"]),
    layer("Randomness", ["LinearAlgebra", "Statistics"]),
    layer("ForwardProcess", ["LinearAlgebra", "Randomness", "Statistics"]),
    layer("Distributions", ["LinearAlgebra", "Randomness", "Statistics", "ForwardProcess"]),
    layer("ScoreNetwork", ["LinearAlgebra", "Randomness", "ForwardProcess"]),
    layer("Estimation", ["LinearAlgebra", "Randomness", "Statistics", "ForwardProcess"]),
    layer(
      "Training",
      ["LinearAlgebra", "Randomness", "Statistics", "ForwardProcess", "ScoreNetwork", "Estimation"]),
    layer(
      "Dynamics", ["LinearAlgebra", "Randomness", "Statistics", "ForwardProcess", "Estimation"]),
    layer(
      "Equations",
      [
        "LinearAlgebra", "Randomness", "Statistics", "ForwardProcess", "Distributions", "Dynamics",
      ]),
    layer("JSONText"),
    layer(
      "Storage",
      [
        "CCrypto", "JSONText", "LinearAlgebra", "ForwardProcess", "Distributions", "ScoreNetwork",
        "Training", "Estimation",
      ]),
    layer("Report", ["JSONText"]),
    .executableTarget(
      name: "tinyscore",
      dependencies: [
        "LinearAlgebra", "Randomness", "Statistics", "ForwardProcess", "Distributions",
        "ScoreNetwork", "Training", "Estimation", "Dynamics", "Equations", "JSONText", "Storage",
        "Report",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "CAllocationCount", "LinearAlgebra", "Randomness", "ForwardProcess", "Distributions",
        "ScoreNetwork", "Estimation", "Training", "Storage", "Report",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Results.txt"],
      swiftSettings: settings),
    .executableTarget(
      name: "Calibration",
      dependencies: [
        "LinearAlgebra", "Randomness", "Statistics", "ForwardProcess", "Distributions",
        "ScoreNetwork", "Estimation", "Dynamics", "Storage", "Report",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Schedules.txt"],
      swiftSettings: settings),
    tests("LinearAlgebra", ["LinearAlgebra"]),
    tests("Randomness", ["Randomness", "LinearAlgebra"]),
    tests("Statistics", ["Statistics", "LinearAlgebra"]),
    tests("ScoreNetwork", ["ScoreNetwork", "ForwardProcess", "LinearAlgebra", "Randomness"]),
    tests("Report", ["Report"]),
    tests("JSONText", ["JSONText"]),
    tests(
      "Storage",
      [
        "Storage", "JSONText", "Distributions", "ForwardProcess", "LinearAlgebra", "ScoreNetwork",
        "Training",
      ]),
    tests(
      "Distributions",
      ["Distributions", "ForwardProcess", "LinearAlgebra", "Randomness", "Statistics"],
      exclude: ["References/references.py", "References/laws.py"]),
    tests("ForwardProcess", ["ForwardProcess", "LinearAlgebra", "Randomness"]),
    tests(
      "Dynamics",
      [
        "Dynamics", "Distributions", "ForwardProcess", "LinearAlgebra", "Randomness", "Statistics",
      ],
      exclude: [
        "References/fixed_points.py", "References/generate_branchings.py",
        "References/generate_digits.py", "References/generate_digit_counts.py",
        "References/head.txt",
      ]),
    tests(
      "Estimation",
      [
        "Estimation", "Distributions", "ForwardProcess", "LinearAlgebra", "Randomness",
        "Statistics", "ScoreNetwork", "Training", "Storage",
      ],
      exclude: ["References/peaks.py"]),
    tests(
      "Equations",
      ["Equations", "Distributions", "ForwardProcess", "LinearAlgebra", "Statistics"]),
    tests(
      "Training",
      [
        "Training", "ScoreNetwork", "Estimation", "Distributions", "ForwardProcess",
        "LinearAlgebra", "Randomness", "Statistics",
      ]),
    tests(
      "tinyscore",
      [
        "tinyscore", "JSONText", "Storage", "Distributions", "ForwardProcess", "LinearAlgebra",
        "Randomness",
      ]),
    // Sees what is public and no more, as another package does.
    .testTarget(
      name: "LibraryTests",
      dependencies: ["Distributions", "Estimation", "ForwardProcess", "LinearAlgebra"],
      packageAccess: false, swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
