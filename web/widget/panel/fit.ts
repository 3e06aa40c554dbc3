/** On phones the sheet is as high as what the keyboard leaves; zooming in changes nothing. */
export function fit(panel: HTMLElement): void {
  const { visualViewport: seen } = window;
  if (!seen) return;
  for (const event of ["resize", "scroll"]) seen.addEventListener(event, measure);
  measure();

  function measure(): void {
    if (seen!.scale > 1.01) return;
    panel.style.setProperty("--seen-height", `${seen!.height}px`);
    panel.style.setProperty("--seen-top", `${seen!.offsetTop}px`);
  }
}
