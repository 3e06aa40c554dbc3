/** What the desk takes from this folder, all at once, once it is there. */
import "./quick.css";
import "./mentions.css";

export { Above, Tools } from "./Above";
export { Called } from "./Called";
export { Calling } from "./Calling";
export { Choices } from "./Choices";
export { commands } from "./commands";
export { calledIn, heed, noted } from "./mentions";
export { Pick } from "./Pick";
