// The sheet: one button that prints it; without a script, the keys are named instead.

document.documentElement.classList.add("alive");
document.getElementById("print").addEventListener("click", () => print());
