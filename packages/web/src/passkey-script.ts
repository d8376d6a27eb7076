/**
 * The script of the two pages of passkeys, as a file of its own: it asks for a challenge, has the browser answer it, and
 * sends the answer. It puts nothing into the page but text, and keeps nothing.
 */

import { AUTH } from './paths.ts';

export const passkeyScript = `'use strict';
(() => {
  const said = document.getElementById('said');
  const tell = (text) => {
    if (said !== null) said.textContent = text;
  };
  const post = async (path, body) => {
    const sent = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(path, { method: 'POST', ...sent });
    const text = await answer.text();
    const json = text === '' ? {} : JSON.parse(text);
    if (!answer.ok) throw new Error(typeof json.text === 'string' ? json.text : 'It did not work');
    return json;
  };
  const onSubmit = (id, work) => {
    const form = document.getElementById(id);
    if (!(form instanceof HTMLFormElement)) return;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const button = form.querySelector('button');
      if (button !== null) button.disabled = true;
      tell('Waiting for the device');
      try {
        location.assign(await work(new FormData(form)));
      } catch (fault) {
        tell(fault instanceof Error && fault.name !== 'NotAllowedError' ? fault.message : 'The device did not agree');
        if (button !== null) button.disabled = false;
      }
    });
  };
  onSubmit('use-passkey', async () => {
    const { options } = await post('${AUTH.passkey}/options');
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const got = await navigator.credentials.get({ publicKey });
    await post('${AUTH.passkey}', { response: got.toJSON() });
    return '${AUTH.account}';
  });
  onSubmit('add-passkey', async (fields) => {
    const { options } = await post('${AUTH.passkeys}/options', { password: fields.get('password') });
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    const made = await navigator.credentials.create({ publicKey });
    await post('${AUTH.passkeys}', { name: fields.get('name'), response: made.toJSON() });
    return '${AUTH.ownPasskeys}';
  });
})();
`;
