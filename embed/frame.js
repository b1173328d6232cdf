// Before anything else in /embed/…, which stands in somebody else's page.
(function () {
  var d = document, asked = new URLSearchParams(location.search), lang = asked.get("lang"), theme = asked.get("theme");
  var say = function (of, name, value) { Object.defineProperty(of, name, { configurable: true, get: function () { return value; } }); };
  if (lang === "fr" || lang === "en") say(navigator, "language", lang);
  // Nothing is kept for offline use from a frame: a visitor of the clinic's page did not ask for 600 KB.
  say(navigator, "serviceWorker", undefined);
  // The page around it keeps the focus until the visitor comes in.
  var focus = HTMLElement.prototype.focus;
  HTMLElement.prototype.focus = function (how) { if (d.hasFocus()) focus.call(this, how); };
  if (theme !== "light" && theme !== "dark") return;
  d.documentElement.style.colorScheme = theme;
  // The style asks what the device prefers: here the page around it has answered.
  var answer = theme === "dark" ? "(min-width: 0px)" : "(max-width: 0px)";
  var paint = function (rules) {
    for (var i = 0; i < rules.length; i++) {
      var rule = rules[i];
      if (rule.media) rule.media.mediaText = rule.media.mediaText.replace(/\(prefers-color-scheme: dark\)/, answer);
      if (rule.cssRules) paint(rule.cssRules);
    }
  };
  var all = function () { for (var i = 0; i < d.styleSheets.length; i++) paint(d.styleSheets[i].cssRules); };
  all();
  // A sheet that comes later: loads are heard on their way down, they do not rise.
  d.addEventListener("load", all, true);
})();
