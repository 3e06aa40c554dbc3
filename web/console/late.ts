/** Browsers may remember that a file failed and never ask for it again: from the second time on only a reload helps. */
const TRIES = 2;

/** In the page itself and in every language, since words may be what is missing. */
const line = document.getElementById("late");
line?.querySelector("button")?.addEventListener("click", () => location.reload());

export function tellLate(failures: number): void {
  if (line) line.hidden = failures < TRIES;
}
