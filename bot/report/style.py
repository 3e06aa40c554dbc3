"""How the page looks: the colours and sizes of `web/tokens.css`, with no file to load."""

STYLE = """
:root {
  color-scheme: light dark;
  --accent: #0f766e; --accent-text: #0f6b64; --ground: #f8f6f2; --surface: #fff; --sunken: #f1eee8; --line: #e4dfd7;
  --edge: #8d867b; --text: #211e1a; --muted: #665f56; --red: #b3261e; --amber: #8a5300;
}
@media (prefers-color-scheme: dark) {
  :root {
    --accent: #2f9e92; --accent-text: #5fd0c4; --ground: #161513; --surface: #1f1d1b; --sunken: #2a2825;
    --line: #3a3733; --edge: #8f887e; --text: #ece8e1; --muted: #aea79c; --red: #ff9d92; --amber: #f2c063;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text); font-size: 16px; line-height: 1.6; text-autospace: normal;
  font-family: system-ui, "PingFang TC", "Microsoft JhengHei", "Noto Sans TC", "Noto Sans CJK TC", sans-serif;
  -webkit-text-size-adjust: 100%;
}
:lang(zh-CN) {
  font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif;
}
main { max-width: 1200px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { margin: 0 0 4px; font-size: 28px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 20px; line-height: 1.3; }
h3 { margin: 0 0 4px; font-size: 14px; }
p { margin: 0 0 12px; max-width: 75ch; overflow-wrap: anywhere; }
section {
  margin-top: 16px; padding: 20px; background: var(--surface); border: 1px solid var(--line); border-radius: 16px;
}
small, .note, figcaption, dl { font-size: 14px; }
small { font-weight: 400; }
.note, figcaption, dt, li small { color: var(--muted); }
.over { color: var(--red); font-weight: 600; }
.wide { overflow-x: auto; margin: 0 -20px; padding: 0 20px; }
table { border-collapse: separate; border-spacing: 0; font-size: 14px; }
th { font-weight: 400; text-align: start; }
thead th { font-weight: 600; }
.figures { font-variant-numeric: tabular-nums; }
.figures td, .figures th { padding: 4px 0 4px 20px; border-bottom: 1px solid var(--line); white-space: nowrap; }
.figures td, .figures thead th { text-align: end; }
.figures tbody th { padding-left: 0; padding-right: 12px; }
td.meaning { display: none; }
details { margin-top: 12px; }
summary { min-height: 44px; padding: 10px 0; font-size: 14px; color: var(--accent-text); cursor: pointer; }
dl { margin: 0; }
details dt { font-weight: 600; color: var(--text); }
details dd { margin: 0 0 8px; }
.plots {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 24px; max-width: 900px;
}
figure { margin: 0; max-width: 420px; }
svg { display: block; width: 100%; }
svg text { font-size: 12px; fill: var(--muted); }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.grid { stroke: var(--line); }
.curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
.point { fill: var(--accent); }
.chosen { fill: var(--surface); stroke: var(--accent); stroke-width: 3; }
.budget { stroke: var(--amber); stroke-width: 1.5; stroke-dasharray: 6 4; }
svg .budget-name { fill: var(--amber); paint-order: stroke; stroke: var(--surface); stroke-width: 3px; }
.bar { fill: color-mix(in srgb, var(--accent) 70%, var(--surface)); }
.track { fill: var(--sunken); }
.ideal { stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 4 4; }
svg .count { font-size: 10.5px; fill: var(--text); paint-order: stroke; stroke: var(--surface); stroke-width: 3px; }
.matrix { font-size: 12px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.matrix td { min-width: 20px; height: 20px; padding: 0 2px; text-align: center; }
.matrix tbody td { border: 1px solid var(--line); border-width: 1px 0 0 1px; }
.matrix thead th { height: 150px; padding: 4px 0; vertical-align: bottom; font-weight: 400; }
.matrix thead span { display: block; writing-mode: vertical-rl; transform: rotate(180deg); margin: 0 auto; }
.matrix tbody th { padding: 0 8px 0 0; white-space: nowrap; text-align: end; }
.matrix tbody th, .figures tbody th { position: sticky; left: -20px; background: var(--surface); }
.matrix tbody th { padding-left: 20px; }
.hit { --of: var(--accent); }
.miss { --of: var(--red); box-shadow: inset 0 0 0 1px var(--red); }
.shade-1 { background: color-mix(in srgb, var(--of) 9%, var(--surface)); }
.shade-2 { background: color-mix(in srgb, var(--of) 18%, var(--surface)); }
.shade-3 { background: color-mix(in srgb, var(--of) 27%, var(--surface)); }
.shade-4 { background: color-mix(in srgb, var(--of) 36%, var(--surface)); }
.shade-5 { background: color-mix(in srgb, var(--of) 45%, var(--surface)); }
.bars { column-gap: 32px; margin: 0; padding: 0; list-style: none; font-size: 14px; }
.bars li {
  display: grid; grid-template-columns: 170px 1fr 130px; align-items: center; gap: 12px; padding: 2px 0;
  break-inside: avoid;
}
.bars span { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.bars svg { height: 12px; border-radius: 4px; }
.wrong { margin: 0; padding-left: 28px; }
.wrong li { padding: 8px 0; }
.wrong li + li { border-top: 1px solid var(--line); }
.wrong li::marker { color: var(--muted); font-size: 14px; }
.wrong p { margin: 0 0 4px; line-height: 1.65; white-space: pre-line; }
.wrong dl { display: flex; flex-wrap: wrap; gap: 0 20px; }
.wrong dt, .wrong dd { display: inline; margin: 0; overflow-wrap: anywhere; }
.wrong dt::after { content: ": "; }
@media (min-width: 900px) {
  .bars { columns: 2; }
  .figures td.meaning { display: table-cell; text-align: start; white-space: normal; color: var(--muted); }
  details { display: none; }
}
@media (max-width: 600px) {
  section { padding: 16px; }
  .wide { margin: 0 -16px; padding: 0 16px; }
  .matrix tbody th, .figures tbody th { left: -16px; }
  .figures { width: 100%; font-size: 12px; }
  .figures td, .figures th { padding-left: 8px; }
  .figures tbody th { white-space: normal; }
  .figures small { display: block; font-size: 12px; }
  .bars li { grid-template-columns: 1fr auto; gap: 2px 12px; padding: 6px 0; }
  .bars svg { grid-row: 2; grid-column: 1 / -1; }
}
"""
