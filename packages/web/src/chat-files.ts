/**
 * Files in the element that shows a chat: attached to a message or recorded for it, and those of an answer.
 *
 * CF1 What the chat takes is told before anything is sent; the server judges it again.
 * CF2 Nothing of an answer's files loads by itself: a press fetches one, with the page's own credentials, and only recordings and
 *     pictures of a few kinds are shown. Anything else is kept as bytes, whatever type it says (FS-08).
 * CF3 The microphone is on between two presses and no longer: leaving, closing, Escape and an error end it.
 */

export const chatFiles = String.raw`
  const MOST_FILES = 10;
  const LONGEST = 300;
  const BITS = 32000;
  const MB = 1024 * 1024;
  const RECORDED = [['audio/webm;codecs=opus', 'webm'], ['audio/mp4', 'm4a'], ['audio/ogg;codecs=opus', 'ogg']];
  const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

  const plainType = (type) => type.split(';')[0].trim().toLowerCase();
  const fits = (type, kinds) => kinds.some((kind) => (kind.endsWith('/*') ? type.startsWith(kind.slice(0, -1)) : type === kind));
  const clock = (seconds) => Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0');
  const fill = (text, value) => text.replace('%', () => value);

  /** How this browser records what the chat takes; null: not at all. */
  const recordable = ({ kinds }) =>
    typeof MediaRecorder !== 'function' || navigator.mediaDevices?.getUserMedia === undefined
      ? null
      : RECORDED.find(([type]) => fits(plainType(type), kinds) && MediaRecorder.isTypeSupported(type)) ?? null;

  class Attached {
    #words;
    #upload;
    #send;
    #wrong;
    #takes = null;
    #all = [];
    #recording = null;
    #asked = 0;
    #parts;

    /** upload: sends a file, and gives what the message names it by, or null. send: sends the message. wrong: says what went wrong. */
    constructor(words, { upload, send, wrong }) {
      this.#words = words;
      this.#upload = upload;
      this.#send = send;
      this.#wrong = wrong;
      const list = el('ul', 'chips');
      list.setAttribute('aria-label', words.files);
      const tools = el('div', 'tools');
      tools.hidden = true;
      const chosen = el('input');
      chosen.type = 'file';
      chosen.multiple = true;
      chosen.hidden = true;
      chosen.addEventListener('change', () => {
        this.add([...chosen.files]);
        chosen.value = '';
      });
      const attach = this.#button(words.attach, () => chosen.click());
      const speak = this.#button(words.speak, () => void (this.#recording === null ? this.#record() : this.#recording.end(true)));
      const time = el('span', 'time');
      time.setAttribute('role', 'timer');
      const away = this.#button(words.away, () => {
        this.drop();
        speak.focus();
      });
      away.hidden = true;
      const said = el('span', 'who');
      said.setAttribute('role', 'status');
      const hint = el('span', 'soft');
      tools.append(attach, chosen, speak, time, away, hint, said);
      this.#parts = { list, tools, chosen, attach, speak, time, away, hint, said };
    }

    get parts() {
      return [this.#parts.list, this.#parts.tools];
    }

    #button(text, press) {
      const made = el('button', '', text);
      made.type = 'button';
      made.addEventListener('click', press);
      return made;
    }

    /** What the chat takes; null: no files. */
    look(takes) {
      const { tools, chosen, hint, speak } = this.#parts;
      this.#takes = takes;
      tools.hidden = takes === null;
      if (takes === null) return this.empty();
      chosen.accept = takes.kinds.join(',');
      hint.textContent = fill(this.#words.takes, takes.kinds.join(', ')) + ' ' + fill(this.#words.most, String(takes.size / MB));
      speak.hidden = recordable(takes) === null;
    }

    get busy() {
      return this.#recording !== null || this.#all.some(({ path }) => path === null);
    }

    get paths() {
      return this.#all.map(({ path }) => path);
    }

    /** What a message is called that has files and no words. */
    get names() {
      return this.#all.map(({ name }) => name).join(', ');
    }

    empty() {
      this.#all = [];
      this.#parts.list.replaceChildren();
    }

    /** Takes files of a paste or a drop, where the chat takes any; true: these were some. */
    take(event, files) {
      if (this.#takes === null || files.length === 0) return false;
      event.preventDefault();
      this.add([...files]);
      return true;
    }

    add(files) {
      this.#wrong('');
      return Promise.all(files.map((file) => this.#one(file, file.name)));
    }

    /** Sends one; whether the message has it now. */
    async #one(file, name) {
      const { kinds, size } = this.#takes;
      const why =
        this.#all.length >= MOST_FILES ? this.#words.many
        : !fits(plainType(file.type), kinds) ? name + ': ' + fill(this.#words.takes, kinds.join(', '))
        : file.size > size ? name + ': ' + fill(this.#words.most, String(size / MB))
        : null;
      if (why !== null) {
        this.#wrong(why);
        return false;
      }
      const shown = el('li', '', name + ' …');
      const one = { name, path: null };
      const remove = this.#button('×', () => {
        this.#forget(one, shown);
        this.#parts.attach.focus();
      });
      remove.setAttribute('aria-label', fill(this.#words.remove, name));
      shown.append(' ', remove);
      this.#all.push(one);
      this.#parts.list.append(shown);
      const path = await this.#upload(file, name);
      if (path === null) this.#forget(one, shown);
      if (!this.#all.includes(one)) return false;
      one.path = path;
      shown.firstChild.data = name;
      this.#say(fill(this.#words.attached, name));
      return true;
    }

    #forget(one, shown) {
      this.#all = this.#all.filter((other) => other !== one);
      shown.remove();
    }

    #say(text) {
      this.#parts.said.textContent = text;
    }

    /** Escape drops a recording, and does nothing else then. */
    escape(event) {
      if (event.key !== 'Escape' || this.#recording === null) return;
      event.preventDefault();
      event.stopPropagation();
      this.drop();
      this.#parts.speak.focus();
    }

    /** Ends a recording without keeping it; one that is still being asked for, too. */
    drop() {
      this.#asked += 1;
      if (this.#recording === null) return;
      this.#recording.drop();
      this.#say(this.#words.dropped);
    }

    async #record() {
      this.#wrong('');
      const [type, ending] = recordable(this.#takes);
      const asked = (this.#asked += 1);
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
      if (stream === null) return this.#wrong(this.#words.deaf);
      const off = () => stream.getTracks().forEach((track) => track.stop());
      // He went away, or pressed again, while the browser asked him.
      if (asked !== this.#asked) return off();
      const { speak, time, away } = this.#parts;
      const { size } = this.#takes;
      const longest = Math.min(LONGEST, Math.floor((size * 8 * 0.9) / BITS));
      const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS });
      const pieces = [];
      let bytes = 0;
      let seconds = 0;
      /** What becomes of it: null, it is dropped; true, it is sent at once; false, it waits to be sent. */
      let then = null;
      const show = () => {
        time.textContent = clock(seconds) + ' / ' + clock(longest);
      };
      const tick = setInterval(() => {
        seconds += 1;
        show();
        if (seconds >= longest) end(false);
      }, 1000);
      const end = (sends) => {
        if (recorder.state === 'inactive') return;
        then = sends;
        recorder.stop();
      };
      const over = () => {
        clearInterval(tick);
        off();
        this.#recording = null;
        speak.textContent = this.#words.speak;
        time.textContent = '';
        away.hidden = true;
      };
      recorder.addEventListener('dataavailable', ({ data }) => {
        // A piece that would be too much is left out: what there is until then can be heard.
        if (bytes + data.size > size) return end(false);
        bytes += data.size;
        pieces.push(data);
      });
      recorder.addEventListener('error', () => {
        this.#wrong(this.#words.deaf);
        end(null);
      });
      recorder.addEventListener('stop', () => void this.#recorded(over, then, new Blob(pieces, { type: plainType(type) }), ending));
      this.#recording = { end, drop: () => end(null) };
      recorder.start(1000);
      speak.textContent = this.#words.stopped;
      away.hidden = false;
      show();
      this.#say(this.#words.recording);
    }

    async #recorded(over, then, sound, ending) {
      over();
      if (then === null || this.#takes === null) return;
      if (!(await this.#one(sound, this.#words.voice + '.' + ending))) return;
      // What else is on its way is waited for: it is sent by a press then.
      if (then && !this.busy) return this.#send();
      if (!then) this.#say(this.#words.longest);
    }
  }

  /** The files of an answer, each behind a button. get: fetches one by its place. */
  const answerFiles = (words, files, { get, wrong, urls }) => {
    const all = el('div', 'votes');
    files.forEach(({ name, type }, place) => {
      const heard = /^audio\/[a-z0-9.+-]+$/.test(type);
      const seen = PICTURES.has(type);
      const button = el('button', '', fill(heard ? words.play : seen ? words.show : words.download, name));
      button.type = 'button';
      button.addEventListener('click', async () => {
        button.disabled = true;
        const answer = await get(place).catch(() => null);
        button.disabled = false;
        if (answer === null || !answer.ok) return wrong(answer?.status === 404 ? words.gone : words.off);
        const bytes = await answer.arrayBuffer();
        const url = URL.createObjectURL(new Blob([bytes], { type: heard || seen ? type : 'application/octet-stream' }));
        urls.push(url);
        if (!heard && !seen) {
          const link = el('a');
          link.href = url;
          link.download = name;
          return link.click();
        }
        const made = el(heard ? 'audio' : 'img');
        made.src = url;
        if (seen) made.alt = name;
        if (heard) {
          made.controls = true;
          made.setAttribute('aria-label', name);
        }
        button.replaceWith(made);
        if (!heard) return;
        made.focus();
        void made.play().catch(() => undefined);
      });
      all.append(button);
    });
    return all;
  };
`;
