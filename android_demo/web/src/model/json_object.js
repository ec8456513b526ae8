import { InvalidModelError } from "./invalid_model_error.js";

const SHOWN = 60;

/** The values of a JSON object by name; each is of the kind asked for. */
export class JsonObject {
  /** @param {unknown} values @param {string} where for messages */
  constructor(values, where) {
    if (!isObject(values)) {
      throw new InvalidModelError(
        `${where} must be an object; received ${brief(values)}`,
      );
    }
    this.values = /** @type {Record<string, unknown>} */ (values);
    this.where = where;
  }

  /** @param {string} text @param {string} where */
  static parse(text, where = "the configuration") {
    let values;
    try {
      values = JSON.parse(text);
    } catch (error) {
      throw new InvalidModelError(`${where} is no JSON`, { cause: error });
    }
    return new JsonObject(values, where);
  }

  /** @param {string} name */
  has(name) {
    return (this.values[name] ?? null) !== null;
  }

  /** @param {string} name */
  text(name) {
    const value = this.values[name];
    if (typeof value === "string") return value;
    throw this.failure(name, "a text");
  }

  /** @param {string} name @param {boolean} [usual] where it is missing */
  flag(name, usual) {
    const value = name in this.values ? this.values[name] : usual;
    if (typeof value === "boolean") return value;
    throw this.failure(name, "true or false");
  }

  /** @param {string} name */
  int(name) {
    const value = this.values[name];
    const isRight = Number.isInteger(value) && Number(value) >= 0;
    if (isRight && Number(value) < 2 ** 31) return Number(value);
    throw this.failure(name, "a whole number");
  }

  /** @param {string} name */
  numberOrNull(name) {
    if (!this.has(name)) return null;
    const value = this.values[name];
    if (typeof value === "number") return value;
    throw this.failure(name, "a number");
  }

  /** @param {string} name */
  list(name) {
    const value = this.values[name];
    if (Array.isArray(value)) return value;
    throw this.failure(name, "a list");
  }

  /** @param {string} name @returns {string[]} */
  texts(name) {
    const items = this.list(name);
    if (items.every((item) => typeof item === "string")) return items;
    throw this.failure(name, "a list of texts");
  }

  /** @param {string} name */
  objects(name) {
    return this.list(name).map(
      (item) => new JsonObject(item, `${this.where}: ${name}`),
    );
  }

  /** @param {string} name */
  child(name) {
    return new JsonObject(this.values[name], `${this.where}: ${name}`);
  }

  /**
   * Refuses other names: what a file says is followed or refused.
   *
   * @param {string[]} known
   */
  checkNames(known) {
    const other = Object.keys(this.values).find((name) => !known.includes(name));
    if (other === undefined) return;
    throw new InvalidModelError(`${this.where}: ${brief(other)} is not known`);
  }

  /** @param {string} name @param {string} right */
  failure(name, right) {
    const found =
      name in this.values
        ? `received ${brief(this.values[name])}`
        : "it is missing";
    return new InvalidModelError(
      `${this.where}: ${name} must be ${right}; ${found}`,
    );
  }
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} value */
function brief(value) {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}
