/** The one style sheet of the pages. Its hash is in the content security policy, so it is a constant. */

export const style = `
:root { color-scheme: light dark; --ink: #1c2530; --soft: #55606e; --paper: #ffffff; --card: #f4f6f8; --line: #cfd6de; --link: #0b5cad; --good: #14663a; --bad: #a3241c; --busy: #7a4d00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ecf2; --soft: #a4afbc; --paper: #12171d; --card: #1c232b; --line: #3a4552; --link: #7fbaff; --good: #6fd39b; --bad: #ff9c94; --busy: #f0c26a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 1rem 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; border-bottom: 1px solid var(--line); }
header strong { font-size: 1.1rem; }
header form { margin-left: auto; }
a { color: var(--link); }
a:focus-visible, button:focus-visible, textarea:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible, pre:focus-visible, .wide:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.5rem 1rem; }
h1 { font-size: 1.6rem; margin: 0.5rem 0 1rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 0 0 0.25rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
pre { margin: 0.25rem 0; white-space: pre-wrap; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.8rem 1rem; margin: 0.8rem 0; }
.soft { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); padding: 0.25rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.25rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
label { display: block; font-weight: 600; margin-bottom: 0.25rem; }
input, select, textarea, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 0.3rem; padding: 0.45rem 0.7rem; max-width: 100%; }
button { background: var(--card); cursor: pointer; }
button.yes { background: var(--link); border-color: var(--link); color: var(--paper); font-weight: 600; }
.field { margin: 1rem 0; border: 0; padding: 0; min-width: 0; }
.field input:not([type=checkbox]):not([type=radio]), .field select, .field textarea { width: 100%; min-height: 2.75rem; }
.field p { margin: 0.1rem 0 0.35rem; }
legend { font-weight: 600; padding: 0; margin-bottom: 0.25rem; }
label.tick { font-weight: 400; display: flex; gap: 0.6rem; align-items: center; min-height: 2.75rem; }
.ask button { min-height: 2.75rem; }
.trap { position: absolute; left: -100rem; }
.sign { width: 3rem; height: 3rem; margin: 0 0 0.5rem; border-radius: 0.5rem; background: var(--link); color: var(--paper); font: 700 1.6rem/3rem system-ui, sans-serif; text-align: center; }
.look-green { --link: var(--good); }
.look-red { --link: var(--bad); }
.look-orange { --link: var(--busy); }
.look-purple { --link: #7a3fb0; }
.look-grey { --link: var(--soft); }
.told { white-space: pre-line; overflow-wrap: anywhere; }
.fields { display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; align-items: end; }
.state { font-weight: 600; }
.done { color: var(--good); }
.failed, .in_doubt { color: var(--bad); }
.running, .waiting, .queued { color: var(--busy); }
`;
