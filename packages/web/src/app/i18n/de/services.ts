/** Dienste: was gewählt ist, und die Felder einer Handlung. */
export const services = {
  starts: 'Den Flow durch einen Dienst starten',
  title: 'Dienste',
  none: 'Noch kein Dienst gewählt',
  choose: 'Dienst wählen',
  change: 'Ändern',
  pick: 'Ändern: {{what}}',
  search: 'Suchen, z. B. Slack: send a message',
  docs: 'Dokumentation von {{service}}',
  left: 'Für eine andere Handlung angegeben: diese nimmt es nicht. Geleert ist es weg.',
  service: 'Dienst',
  trigger: 'Worauf gewartet wird',
  events: 'Bekannte Ereignisse: {{names}}.',
  chosen: '{{step}} macht „{{what}}“',
};
