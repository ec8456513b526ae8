/**
 * What is done to text before it is cut into pieces, as a model's file says.
 *
 * `stripAccents` is null for what is usual: SentencePiece drops them, WordPiece
 * only with `lowercase`. `followsTransformers` says whose rules decide where
 * Google's and Hugging Face's differ. `specialTokens` are the pieces for
 * padding, unknown, [CLS], [SEP] and [MASK]; null for the published names.
 * `addedTokens` are looked for in the text before all else.
 *
 * @typedef {object} Settings
 * @property {boolean} lowercase
 * @property {boolean | null} stripAccents
 * @property {boolean} collapseSpaces
 * @property {boolean} splitIdeographs
 * @property {boolean} followsTransformers
 * @property {string[] | null} specialTokens
 * @property {AddedToken[]} addedTokens
 */

/**
 * Text that is one token wherever it is written, as Hugging Face has it.
 *
 * @typedef {object} AddedToken
 * @property {string} content
 * @property {number | null} id null for the piece of this text, or the next
 *   number behind the vocabulary
 * @property {boolean} special looked for as it stands, not in lower case
 * @property {boolean} lstrip white space before it goes with it
 * @property {boolean} rstrip white space behind it goes with it
 * @property {boolean} singleWord it must stand between blanks
 * @property {boolean} normalized it was added in lower case, too
 */
export {};
