export const rerun: any = null;
