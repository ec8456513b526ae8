/** A file is damaged or of another kind; the message can be shown. */
export class InvalidModelError extends Error {}
