/** A state as a sign, a colour and a word: never a colour alone. */

/** What stands for a state; the colour is one of the theme's variables. */
export type Sign = readonly [sign: string, color: string];

export const Signed = ({ by: [sign, color], text }: { readonly by: Sign; readonly text: string }) => (
  <span style={{ color, fontWeight: 600, whiteSpace: 'nowrap' }}>
    <span aria-hidden style={{ display: 'inline-block', width: 16 }}>
      {sign}
    </span>
    {text}
  </span>
);
