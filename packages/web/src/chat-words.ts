/** The words and the look of the element that shows a chat. */

export const chatWords = String.raw`
  const WORDS = {
    en: { open: 'Open the chat', close: 'Close the chat', send: 'Send', stop: 'Stop', again: 'New conversation', write: 'Your message', said: 'Conversation', you: 'You', they: 'Answer', waits: 'Writing', good: 'Good answer', bad: 'Bad answer', off: 'The chat cannot be reached. Try again.', limit: 'Too many messages at once. Try again in a minute.', none: 'This chat is not available here.', failed: 'There was no answer.', past: 'Earlier conversations', drop: 'Delete', sign: 'Sign in to write here', files: 'Attached files', attach: 'Attach a file', takes: 'This chat takes %.', most: 'A file may have % MB.', many: 'A message takes 10 files.', remove: 'Remove %', attached: '% is attached', speak: 'Record a message', stopped: 'Stop and send', away: 'Drop the recording', recording: 'Recording. Escape drops it.', dropped: 'The recording was dropped.', longest: 'The recording is as long as it may be. Send it, or remove it.', voice: 'Voice message', deaf: 'The microphone cannot be used. Allow it for this page.', play: 'Play %', show: 'Show %', download: 'Download %', gone: 'This file is not kept any more.' },
    de: { open: 'Chat öffnen', close: 'Chat schließen', send: 'Senden', stop: 'Anhalten', again: 'Neues Gespräch', write: 'Ihre Nachricht', said: 'Gespräch', you: 'Sie', they: 'Antwort', waits: 'Schreibt', good: 'Gute Antwort', bad: 'Schlechte Antwort', off: 'Der Chat ist nicht erreichbar. Versuchen Sie es noch einmal.', limit: 'Zu viele Nachrichten auf einmal. Versuchen Sie es in einer Minute noch einmal.', none: 'Dieser Chat ist hier nicht verfügbar.', failed: 'Es kam keine Antwort.', past: 'Frühere Gespräche', drop: 'Löschen', sign: 'Zum Schreiben anmelden', files: 'Angehängte Dateien', attach: 'Datei anhängen', takes: 'Dieser Chat nimmt %.', most: 'Eine Datei darf % MB haben.', many: 'Eine Nachricht nimmt 10 Dateien.', remove: '% entfernen', attached: '% ist angehängt', speak: 'Nachricht aufnehmen', stopped: 'Beenden und senden', away: 'Aufnahme verwerfen', recording: 'Aufnahme läuft. Escape verwirft sie.', dropped: 'Die Aufnahme wurde verworfen.', longest: 'Länger darf die Aufnahme nicht sein. Senden Sie sie oder entfernen Sie sie.', voice: 'Sprachnachricht', deaf: 'Das Mikrofon ist nicht benutzbar. Erlauben Sie es dieser Seite.', play: '% abspielen', show: '% anzeigen', download: '% herunterladen', gone: 'Diese Datei ist nicht mehr da.' },
  };

  const LOOK = new CSSStyleSheet();
  LOOK.replaceSync(
    ':host { all: initial; font: 15px/1.5 system-ui, sans-serif; color-scheme: light dark; --ink: light-dark(#1b1f24, #e9edf1); --soft: light-dark(#59636e, #a3adb8); --ground: light-dark(#fff, #16191d); --mine: light-dark(#e3effd, #1d3557); --line: light-dark(#8a949e, #6b7580); --tone: light-dark(#0b5cad, #7db7f5); color: var(--ink); }' +
    ':host(:not([open])) .panel { position: fixed; right: 16px; bottom: 80px; width: min(380px, calc(100vw - 32px)); height: min(560px, calc(100vh - 110px)); box-shadow: 0 8px 30px rgb(0 0 0 / 25%); z-index: 2147483000; }' +
    ':host([open]) .panel { height: min(75vh, 720px); }' +
    '.panel { display: flex; flex-direction: column; background: var(--ground); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }' +
    '.panel[hidden] { display: none; }' +
    '.top { display: flex; gap: 8px; align-items: center; padding: 10px 14px; border-bottom: 1px solid var(--line); }' +
    '.top strong { flex: 1; }' +
    '.log { flex: 1; overflow-y: auto; padding: 14px; display: flex; flex-direction: column; gap: 10px; }' +
    '.one { max-width: 88%; padding: 8px 12px; border-radius: 10px; border: 1px solid var(--line); overflow-wrap: anywhere; }' +
    '.one.user { align-self: end; background: var(--mine); }' +
    '.one p { margin: 0 0 6px; white-space: pre-wrap; } .one p:last-child { margin: 0; } .one .head { font-weight: 600; }' +
    '.one ul, .one ol { margin: 0 0 6px; padding-inline-start: 22px; } .one pre { overflow-x: auto; margin: 0 0 6px; padding: 8px; border: 1px solid var(--line); border-radius: 6px; }' +
    '.one a { color: var(--tone); } .who { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }' +
    '.votes { display: flex; gap: 4px; margin-top: 6px; }' +
    'select { font: inherit; color: var(--ink); background: var(--ground); border: 1px solid var(--line); border-radius: 8px; min-height: 32px; max-width: 12em; } [hidden] { display: none; } button { font: inherit; color: var(--ink); background: none; border: 1px solid var(--line); border-radius: 8px; padding: 5px 10px; min-height: 32px; cursor: pointer; } button.yes { background: var(--tone); color: var(--ground); border-color: var(--tone); } button[aria-pressed=true] { background: var(--mine); } :focus-visible { outline: 2px solid var(--tone); outline-offset: 2px; }' +
    '.asks { display: flex; flex-wrap: wrap; gap: 6px; padding: 0 14px 10px; } .asks:empty { display: none; }' +
    '.tools { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; padding: 8px 14px 0; position: relative; } .tools[hidden] { display: none; } .tools + form { border-top: 0; } .time:empty { display: none; } .chips { display: flex; flex-wrap: wrap; gap: 6px; margin: 0; padding: 8px 14px 0; list-style: none; } .chips:empty { display: none; } .chips li { display: flex; gap: 6px; align-items: center; border: 1px solid var(--line); border-radius: 8px; padding: 0 0 0 8px; overflow-wrap: anywhere; } .chips button { border: 0; }' +
    '.votes { flex-wrap: wrap; } .votes button { overflow-wrap: anywhere; text-align: start; } .one img { max-width: 100%; height: auto; } .one audio { max-width: 100%; } button:disabled { color: var(--soft); }' +
    '.soft { color: var(--soft); } .wrong { margin: 0; padding: 0 14px 8px; } .wrong:empty { display: none; }' +
    'form { display: flex; gap: 8px; padding: 10px 14px; border-top: 1px solid var(--line); align-items: end; } textarea { flex: 1; font: inherit; color: var(--ink); background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: 6px 8px; resize: none; }' +
    '.launch { position: fixed; right: 16px; bottom: 16px; border-radius: 24px; min-height: 48px; padding: 0 18px; z-index: 2147483000; background: var(--tone); color: var(--ground); border: 0; }'
  );
`;
