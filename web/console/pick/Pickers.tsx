import { quick } from "../quick";
import { picker } from "../store";
import { Palette } from "./Palette";

/** The picker that was asked for; all but the palette come right after the page. */
export function Pickers() {
  if (picker.value === "palette") return <Palette />;
  return quick.value && <quick.value.Choices />;
}
