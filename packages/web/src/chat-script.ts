/**
 * The element <headgate-chat>, as one file for the page of a chat and for websites that embed one:
 * <script src="https://…/chat/widget.js"></script><headgate-chat flow="flow_…"></headgate-chat>
 *
 * CW1 The page holds no key. It gets a ticket for its visitor, bound to the flow and to the page's origin; that, and the name of
 *     the session, it keeps until the tab is closed.
 * CW2 With the attribute `member` it is for who signed in on this server, by his own session and on its own page alone: it has no
 *     ticket then, and elsewhere the browser sends no session along. `draft`: what is talked to is the draft.
 * CW3 What is said becomes text, never markup, and loads nothing (chat-marks.ts). A visitor sends no cookie. Files are those of
 *     chat-files.ts: they come and go by a press alone.
 */

import { chatFiles } from './chat-files.ts';
import { chatLaunch } from './chat-launch.ts';
import { chatMarks } from './chat-marks.ts';
import { chatVotes } from './chat-votes.ts';
import { chatWords } from './chat-words.ts';

export const chatScript = String.raw`'use strict';
(() => {
  if (customElements.get('headgate-chat') !== undefined) return;
  const home = document.currentScript === null ? location.origin : document.currentScript.src.replace(/\/chat\/widget\.js.*$/, '');
${chatWords}${chatMarks}${chatVotes}${chatFiles}${chatLaunch}
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  class Chat extends HTMLElement {
    #at = '';
    #kept = { ticket: undefined, session: undefined };
    #words = WORDS.en;
    #parts = {};
    #under = null;
    #made = false;
    #member = false;
    #draft = false;
    #turn = 0;
    #files = null;
    #urls = [];

    connectedCallback() {
      if (this.#made) return;
      this.#made = true;
      const flow = this.getAttribute('flow') ?? '';
      this.#member = this.hasAttribute('member');
      this.#draft = this.#member && this.hasAttribute('draft');
      this.#at = home + (this.#member ? '/api/v1/chat/' + encodeURIComponent(flow) : '/api/v1/public/' + encodeURIComponent(flow) + '/chat');
      this.#words = (this.lang || document.documentElement.lang || navigator.language).toLowerCase().startsWith('de') ? WORDS.de : WORDS.en;
      this.#kept = this.#recall();
      this.#draw();
      if (this.hasAttribute('open')) void this.#begin();
    }

    disconnectedCallback() {
      this.#files?.drop();
    }

    #name() {
      return 'headgate-chat ' + this.#at + (this.#draft ? ' draft' : '');
    }

    #recall() {
      try {
        const { ticket, session } = JSON.parse(sessionStorage.getItem(this.#name()) ?? '{}');
        return { ticket, session };
      } catch {
        return { ticket: undefined, session: undefined };
      }
    }

    #keep(more) {
      this.#kept = { ...this.#kept, ...more };
      try {
        sessionStorage.setItem(this.#name(), JSON.stringify(this.#kept));
      } catch {
        // A page that may keep nothing forgets it when it is loaded again.
      }
    }

    #draw() {
      const words = this.#words;
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [LOOK];
      const panel = el('section', 'panel');
      panel.setAttribute('aria-label', words.said);
      const top = el('div', 'top');
      const title = el('strong');
      const again = el('button', '', words.again);
      const past = el('select');
      past.setAttribute('aria-label', words.past);
      past.hidden = true;
      past.addEventListener('change', () => this.#go(past.value));
      const drop = el('button', '', words.drop);
      drop.hidden = true;
      drop.addEventListener('click', () => void this.#drop());
      top.append(title, past, drop, again);
      const log = el('div', 'log');
      log.setAttribute('role', 'log');
      log.setAttribute('aria-label', words.said);
      log.tabIndex = 0;
      const asks = el('div', 'asks');
      const wrong = el('p', 'wrong');
      wrong.setAttribute('role', 'alert');
      const form = el('form');
      const input = el('textarea');
      input.rows = 2;
      input.maxLength = 8000;
      input.setAttribute('aria-label', words.write);
      input.placeholder = words.write;
      const send = el('button', 'yes', words.send);
      form.append(input, send);
      this.#files = new Attached(words, {
        upload: (file, name) => this.#upload(file, name),
        send: () => this.#send(input.value),
        wrong: (text) => this.#wrong(0, text),
      });
      panel.append(top, log, asks, wrong, ...this.#files.parts, form);
      this.#parts = { panel, title, past, drop, log, asks, wrong, input, send };
      again.addEventListener('click', () => this.#again());
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        if (this.#under !== null) void this.#stop();
        else void this.#send(input.value);
      });
      input.addEventListener('paste', (event) => this.#files.take(event, event.clipboardData?.files ?? []));
      const dropped = (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        if (event.type === 'drop') this.#files.take(event, event.dataTransfer.files);
      };
      for (const type of ['dragover', 'drop']) panel.addEventListener(type, dropped);
      panel.addEventListener('keydown', (event) => this.#files.escape(event), true);
      input.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        if (this.#under === null) void this.#send(input.value);
      });
      if (this.hasAttribute('open')) return root.append(panel);
      const shows = () => {
        input.focus();
        if (title.textContent === '') void this.#begin();
      };
      root.append(launching(words, panel, shows, () => this.#files.drop()), panel);
    }

    async #ask(method, path, body, headers = {}) {
      const bytes = body instanceof Blob;
      const sent = body === undefined ? {} : { body: bytes ? body : JSON.stringify(body) };
      const type = body === undefined ? {} : { 'content-type': bytes ? body.type : 'application/json' };
      const ticket = this.#member || this.#kept.ticket === undefined || path === '' ? {} : { 'x-chat-ticket': this.#kept.ticket };
      const draft = this.#draft && path !== '/messages' ? (path.includes('?') ? '&' : '?') + 'draft=true' : '';
      return fetch(this.#at + path + draft, { method, credentials: this.#member ? 'same-origin' : 'omit', referrerPolicy: 'no-referrer', headers: { ...type, ...ticket, ...headers }, ...sent });
    }

    /** Asks with a ticket; with the next one, should this one have run out. */
    async #call(method, path, body, headers) {
      const answer = await this.#ask(method, path, body, headers);
      if (answer.status !== 401 || this.#member || !(await this.#enter())) return answer;
      return this.#ask(method, path, body, headers);
    }

    /** Sends a file; the path that a message names it by, or null after saying what went wrong. */
    async #upload(file, name) {
      const answer = await this.#call('POST', '/files?name=' + encodeURIComponent(name), file).catch(() => null);
      const told = answer === null ? {} : await answer.json().catch(() => ({}));
      if (answer?.ok) return told.path;
      this.#wrong(answer?.status ?? 0, answer?.status === 413 || answer?.status === 415 ? name + ': ' + told.text : undefined);
      return null;
    }

    #shown(into, id, files) {
      const get = (place) => this.#call('GET', '/messages/' + id + '/files/' + place);
      if (files.length > 0) into.append(answerFiles(this.#words, files, { get, wrong: (text) => this.#wrong(0, text), urls: this.#urls }));
    }

    #named(into, files) {
      if (files.length > 0) into.append(el('p', 'soft', files.map(({ name }) => name).join(', ')));
    }

    async #enter() {
      if (this.#member) {
        const answer = await this.#ask('GET', '');
        if (!answer.ok) return this.#wrong(answer.status);
        this.#look(await answer.json());
        return this.#list();
      }
      const { ticket } = this.#kept;
      const answer = await this.#ask('POST', '', ticket === undefined ? {} : { ticket });
      if (!answer.ok) return this.#wrong(answer.status);
      const told = await answer.json();
      this.#keep({ ticket: told.ticket });
      this.#look(told.look);
      return true;
    }

    /** The sessions of a member, to go on with or to delete. */
    async #list() {
      const answer = await this.#ask('GET', '/sessions');
      if (!answer.ok) return this.#wrong(answer.status);
      const { past, drop } = this.#parts;
      const { sessions } = await answer.json();
      const all = [{ session: '', title: this.#words.past }, ...sessions].map(({ session, title }) => {
        const one = el('option', '', title);
        one.value = session;
        return one;
      });
      past.replaceChildren(...all);
      past.value = this.#kept.session ?? '';
      past.hidden = sessions.length === 0;
      drop.hidden = this.#kept.session === undefined;
      return true;
    }

    #go(session) {
      if (this.#under !== null) return;
      this.#keep({ session: session === '' ? undefined : session });
      this.#parts.log.replaceChildren();
      for (const url of this.#urls.splice(0)) URL.revokeObjectURL(url);
      this.#parts.wrong.textContent = '';
      void this.#begin();
    }

    async #drop() {
      const { session } = this.#kept;
      if (session === undefined || this.#under !== null) return;
      const answer = await this.#call('DELETE', '/sessions/' + encodeURIComponent(session)).catch(() => null);
      if (answer === null || !(answer.ok || answer.status === 404)) return this.#wrong(answer?.status ?? 0);
      this.#go('');
    }

    #look({ title, greeting, suggestions, files }) {
      const parts = this.#parts;
      parts.title.textContent = title;
      this.#files.look(files);
      if (parts.log.childElementCount > 0) return;
      if (greeting !== null) marks(this.#one('assistant').text, greeting);
      parts.asks.replaceChildren(
        ...suggestions.map((one) => {
          const made = el('button', '', one);
          made.type = 'button';
          made.addEventListener('click', () => void this.#send(one));
          return made;
        }),
      );
    }

    /** Shows what was said in the session; whoever goes to another one meanwhile sees that alone. */
    async #begin() {
      this.#turn += 1;
      const turn = this.#turn;
      const { session } = this.#kept;
      try {
        if (!(await this.#enter()) || session === undefined || turn !== this.#turn) return;
        const answer = await this.#call('GET', '/sessions/' + encodeURIComponent(session) + '/messages');
        if (turn !== this.#turn) return;
        if (!answer.ok) return this.#keep({ session: undefined });
        const { messages } = await answer.json();
        if (turn !== this.#turn) return;
        for (const message of messages) {
          if (turn !== this.#turn) return;
          const shown = this.#one(message.role);
          marks(shown.text, message.text ?? message.problem?.text ?? '');
          if (message.role === 'user') this.#named(shown.all, message.files);
          if (message.role === 'assistant' && message.state === 'done') {
            this.#shown(shown.all, message.id, message.files);
            this.#votes(shown.all, message.id, message.vote);
          }
          if (message.state === 'pending') await this.#follow(message.id, shown);
        }
      } catch {
        this.#wrong(0);
      }
    }

    #one(role) {
      const all = el('div', 'one ' + role);
      all.append(el('span', 'who', role === 'user' ? this.#words.you : this.#words.they));
      const text = el('div');
      all.append(text);
      this.#parts.log.append(all);
      this.#down();
      return { all, text };
    }

    #down() {
      this.#parts.log.scrollTop = this.#parts.log.scrollHeight;
    }

    /** Says what went wrong; false. */
    #wrong(status, text) {
      const { off, limit, none } = this.#words;
      if (status === 401 && this.#member) {
        const sign = el('a', '', this.#words.sign);
        sign.href = home + '/api/v1/auth/login';
        this.#parts.wrong.replaceChildren(sign);
        return false;
      }
      this.#parts.wrong.textContent = text ?? (status === 429 ? limit : status === 404 || status === 403 ? none : off);
      return false;
    }

    #busy(id) {
      this.#under = id;
      const { send } = this.#parts;
      send.textContent = id === null ? this.#words.send : this.#words.stop;
    }

    async #send(text) {
      if (this.#files.busy) return;
      const message = text.trim() || this.#files.names;
      if (message === '' || this.#under !== null) return;
      this.#parts.wrong.textContent = '';
      this.#busy('');
      try {
        const { session } = this.#kept;
        const files = this.#files.paths;
        const answer = await this.#call('POST', '/messages', { message, ...(files.length === 0 ? {} : { files }), ...(session === undefined ? {} : { session }), ...(this.#draft ? { draft: true } : {}) });
        if (!answer.ok) {
          const told = await answer.json().catch(() => ({}));
          this.#wrong(answer.status, [409, 415, 422].includes(answer.status) ? told.text : undefined);
          return;
        }
        const told = await answer.json();
        this.#parts.asks.replaceChildren();
        this.#parts.input.value = '';
        this.#keep({ session: told.session });
        this.#files.empty();
        const asked = this.#one('user');
        marks(asked.text, message);
        this.#named(asked.all, told.asked.files);
        this.#busy(told.reply.id);
        await this.#follow(told.reply.id, this.#one('assistant'));
        if (this.#member) await this.#list();
      } catch {
        this.#wrong(0);
      } finally {
        this.#busy(null);
      }
    }

    async #stop() {
      if (this.#under) await this.#call('POST', '/messages/' + this.#under + '/cancel').catch(() => this.#wrong(0));
    }

    /** Reads along until the answer is whole; goes on where a line broke. */
    async #follow(id, shown) {
      let last = 0;
      let text = '';
      shown.text.textContent = this.#words.waits + ' …';
      for (let tries = 0; tries < 20; tries += 1) {
        const answer = await this.#call('GET', '/messages/' + id + '/events', undefined, last === 0 ? {} : { 'last-event-id': String(last) });
        if (!answer.ok) return this.#wrong(answer.status);
        let held = '';
        try {
          for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
            held += piece;
            const events = held.split('\n\n');
            held = events.pop();
            for (const one of events) {
              const data = /^data: (.*)$/m.exec(one);
              if (data === null) continue;
              const event = JSON.parse(data[1]);
              last = event.seq;
              if (event.type === 'said') text = text.slice(0, event.at) + event.text;
              if (event.type === 'reply') text = event.text;
              if (event.type === 'failed') {
                shown.text.textContent = event.problem?.text ?? this.#words.failed;
                return;
              }
              marks(shown.text, text);
              this.#down();
              if (event.type !== 'reply') continue;
              this.#shown(shown.all, id, event.files ?? []);
              return this.#votes(shown.all, id, 0);
            }
          }
        } catch {
          // The line broke: the next try goes on after the last event.
        }
        await wait(1000);
      }
      this.#wrong(0);
    }

    #votes(into, id, now) {
      into.append(voting(this.#words, now, async (vote) => {
        const answer = await this.#call('PUT', '/messages/' + id + '/vote', { vote }).catch(() => null);
        return answer?.ok === true || this.#wrong(answer?.status ?? 0);
      }));
    }

    #again() {
      this.#go('');
      this.#parts.input.focus();
    }
  }

  customElements.define('headgate-chat', Chat);
})();
`;
