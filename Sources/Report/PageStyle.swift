/// The style of a report page.
enum PageStyle {
  /// The style sheet: light and dark by the reader's setting, light in print.
  static var css: String {
    """
    :root {
      color-scheme: light dark;
      --paper: #ffffff; --ink: #1c1c1e; --soft: #5f6368; --rule: #d9dce0; --tint: #f4f5f7;
    \(palette(\.light))  --figure-grid: #\(Gnuplot.gridColor);
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --paper: #16181b; --ink: #e8e8e8; --soft: #a3a8ae; --rule: #3a3f45; --tint: #202327;
    \(palette(\.dark))  --figure-grid: #383c42;
      }
    }
    @media print { :root { color-scheme: light; } }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
    }
    main { max-width: 54rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
    h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .8rem; }
    h2 {
      font-size: 1.25rem; margin: 2.4rem 0 .8rem; padding-top: .8rem;
      border-top: 1px solid var(--rule);
    }
    h3 { font-size: 1rem; margin: 0 0 .5rem; }
    h1, h2, h3, p, summary, figcaption { overflow-wrap: anywhere; }
    p { margin: 0 0 .8rem; max-width: 44rem; }
    figure { margin: 1.2rem 0 2rem; }
    figure svg { display: block; width: 100%; height: auto; overflow: visible; }
    figure .narrow { display: none; }
    figcaption { color: var(--soft); font-size: .92rem; max-width: 44rem; margin-top: .4rem; }
    .missing { border: 1px dashed var(--rule); padding: 1rem; color: var(--soft); }
    .scroll { overflow-x: auto; max-width: 100%; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    th, td { padding: .3rem .7rem; text-align: right; white-space: nowrap; }
    th { font-weight: 600; }
    thead th { background: var(--tint); }
    thead tr + tr th { font-weight: 400; color: var(--soft); padding-top: 0; }
    tbody tr { border-top: 1px solid var(--rule); }
    .words { text-align: left; }
    .data { font-size: .86rem; }
    .key { width: 100%; }
    .key th, .key .note { text-align: left; white-space: normal; }
    .key th { padding-left: 0; font-weight: 400; min-width: 7rem; }
    .key .value { font-weight: 650; font-size: 1.05rem; text-align: left; }
    .key .value small { font-weight: 400; color: var(--soft); }
    .key .note { color: var(--soft); font-size: .92rem; width: 50%; }
    .settings td { white-space: normal; overflow-wrap: anywhere; }
    details { margin: .8rem 0; border: 1px solid var(--rule); border-radius: .4rem; }
    summary { padding: .5rem .8rem; cursor: pointer; }
    details[open] summary { border-bottom: 1px solid var(--rule); }
    details p { margin: .5rem .8rem; color: var(--soft); font-size: .88rem; }
    pre {
      white-space: pre-wrap; overflow-wrap: anywhere; font-size: .88rem;
      background: var(--tint); padding: .8rem; border-radius: .4rem;
    }
    footer { margin-top: 2.5rem; color: var(--soft); font-size: .88rem; }
    @media screen and (max-width: 40rem) {
      figure .wide { display: none; }
      figure .narrow { display: block; }
      .key tr { display: grid; padding: .45rem 0; }
      .key th, .key td, .key .note { padding: 0; width: auto; white-space: normal; }
    }
    @media print {
      body { font-size: 10.5pt; }
      main { max-width: none; padding: 0; }
      figure svg { max-width: 14.5cm; }
      figure, tr, details { break-inside: avoid; }
      h2, h3 { break-after: avoid; }
      details::details-content { content-visibility: visible; display: block; }
      .scroll { overflow: visible; }
    }

    """
  }

  private static func palette(_ paper: KeyPath<(light: String, dark: String), String>) -> String {
    Role.palette.enumerated().map { "  --figure-\($0): #\($1[keyPath: paper]);\n" }.joined()
  }
}
