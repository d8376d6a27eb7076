/** Mit anderer Eingabe wieder ausführen. */
export const again = {
  open: 'Ändern und wieder ausführen',
  title: 'Mit anderer Eingabe wieder ausführen',
  lead: 'Ein neuer Lauf, mit diesem verbunden. Der alte Lauf bleibt, wie er ist.',
  leadFrom:
    'Ein neuer Lauf ab {{step}}, mit diesem verbunden; was davor kam, wird übernommen. Der alte Lauf bleibt, wie er ist.',
  large: 'Die Eingabe ist zu groß, um hier geändert zu werden.',
  hidden: 'Werte, die als [hidden] dastehen, werden nicht gezeigt: neu schreiben.',
  run: 'Ausführen',
};
