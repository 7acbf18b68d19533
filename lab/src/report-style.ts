/** The style sheet of the report. Text and curves have a contrast of at least 4.5 and 3 to their ground, light and dark. */
export const reportStyle = `
:root{color-scheme:light dark;--ground:#fff;--panel:#f6f8fa;--text:#1f2328;--quiet:#59636e;--line:#d1d9e0;
--original:#6e7781;--random:#9a6700;--egop:#0969da;--egop-by-tensor:#bf3989;--other:#1a7f37;--another:#8250df}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--panel:#151b23;--text:#e6edf3;--quiet:#9198a1;--line:#3d444d;
--original:#9198a1;--random:#d29922;--egop:#58a6ff;--egop-by-tensor:#f778ba;--other:#3fb950;--another:#a371f7}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.2rem;margin:2.25rem 0 .75rem}
p,ul{margin:.5rem 0}
p,li{max-width:46rem}
ul{padding-left:1.25rem}
li+li{margin-top:.4rem}
.small,figcaption{font-size:.9rem;color:var(--quiet)}
figcaption strong{color:var(--text)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .55rem;text-align:left;white-space:nowrap}
thead th{background:var(--panel);color:var(--quiet);font-weight:600;vertical-align:bottom;white-space:normal}
tbody th{font-weight:600}
tbody tr{border-top:1px solid var(--line)}
.number,thead th.number,tbody th.number{text-align:right;white-space:nowrap}
.value{white-space:nowrap}
.claims{min-width:44rem}
.claims td,.claims th{white-space:normal}
details{margin:.75rem 0}
summary{cursor:pointer}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.5rem;align-items:center}
figure{margin:0}
figure svg{display:block;width:100%;height:auto;max-width:40rem;margin-top:.5rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;padding:0;font-size:.9rem}
.legend li{margin:0}
.legend svg{vertical-align:middle}
dl{margin:0;font-size:.9rem}
dl div{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:1rem;padding:.4rem 0;border-top:1px solid var(--line)}
dt{color:var(--quiet)}
dd{margin:0;min-width:0;overflow-wrap:anywhere}
@media (max-width:32rem){dl div{grid-template-columns:1fr;gap:0}main{padding-top:1.25rem}}
@media print{.scroll{overflow:visible}section{break-inside:avoid}}
`;
