//! Where scenes play, and what stands in them: plain shapes on a canvas of 480 by 320, warm and calm. What
//! matters stands between 120 and 360 across: an upright video shows no more.

use super::poses::Prop;
use care::quiz::item::Setting;

/// The wall (or the sky), the floor, and what stands there, behind the person.
pub fn place(setting: Setting) -> (&'static str, &'static str, &'static str) {
    match setting {
        Setting::Kitchen => (
            "#f8e8cd",
            "#d8b48c",
            r##"<path fill="#fff" d="M126 50h74v84h-74z"/><path fill="#bfe3ee" d="M132 56h62v72h-62z"/><path fill="#9cc98b" d="M132 104q20-16 34-6 14-12 28-2v32h-62z"/><path stroke="#fff" stroke-width="5" d="M163 56v72M132 92h62"/><path fill="#e3bf8c" d="M304 36h176v66H304zM0 36h96v66H0z"/><path stroke="#c89a63" stroke-width="3" d="M362 36v66M420 36v66M48 36v66"/><path fill="#fff6e6" d="M296 190h184v78H296zM0 190h120v78H0z"/><path stroke="#e4cfa9" stroke-width="3" d="M342 198v70M400 198v70M60 198v70"/><path fill="#8c6a4f" d="M288 180h192v12H288zM0 180h128v12H0z"/><path fill="#c4574a" d="M378 180q-4-34 18-34t18 34z"/><path fill="none" stroke="#7c332b" stroke-width="4" d="M382 150q14-20 28 0"/><path fill="#6f9f7e" d="M32 180v-26h16v26zM54 180v-18h14v18z"/>"##,
        ),
        Setting::LivingRoom => (
            "#f3e3d3",
            "#c99f78",
            r##"<path fill="#fff8ee" d="M132 48h62v48h-62z"/><path fill="#9cc2c6" d="M138 54h50v36h-50z"/><path fill="#5f8f78" d="M138 84q16-20 28-8 10-10 22-2v16h-50z"/><path fill="#f6d58a" d="M420 60h44l12 44h-68z"/><path stroke="#8a6a4f" stroke-width="5" d="M442 104v150"/><rect x="52" y="172" width="148" height="86" rx="20" fill="#5f948a"/><rect x="40" y="196" width="30" height="66" rx="14" fill="#4d8077"/><path fill="#e9a15c" d="M96 188l32-8 8 32-32 8z"/><path fill="#c06a4a" d="M326 224h40l-6 40h-28z"/><path fill="#4f8a5b" d="M346 226q-34-18-28-62 26 16 28 62zM346 226q-2-52 22-72 14 42-22 72zM346 226q18-26 44-26-8 26-44 26z"/><ellipse cx="240" cy="290" rx="150" ry="18" fill="#e2c39d"/>"##,
        ),
        Setting::Bedroom => (
            "#e7e2f1",
            "#c8a88a",
            r##"<path fill="#fff" d="M128 44h66v88h-66z"/><path fill="#cfe6f2" d="M134 50h54v76h-54z"/><path fill="#b49bc8" d="M118 40h24q-2 60 4 104h-32zM180 40h26l4 104h-30q6-60 0-104z"/><rect x="318" y="168" width="162" height="100" rx="14" fill="#a9785a"/><path fill="#fbf6ee" d="M330 206h150v56H330z"/><path fill="#8fb0cf" d="M330 228h150v36H330z"/><rect x="340" y="188" width="70" height="30" rx="12" fill="#fff"/><path fill="#f4cf7c" d="M40 168h36l10 30H30z"/><path stroke="#8a6a4f" stroke-width="5" d="M58 198v22"/><path fill="#b58863" d="M24 218h70v48H24z"/>"##,
        ),
        Setting::Bathroom => (
            "#dcedee",
            "#a9bcc0",
            r##"<path stroke="#c3dadd" stroke-width="2" d="M0 60h480M0 110h480M0 160h480M0 210h480M60 0v256M120 0v256M180 0v256M300 0v256M360 0v256M420 0v256"/><rect x="316" y="56" width="80" height="92" rx="40" fill="#fff"/><rect x="323" y="63" width="66" height="78" rx="33" fill="#b9dbe6"/><path fill="#fff" d="M300 188h112q-6 42-36 42h-40q-30 0-36-42z"/><path fill="#eef4f4" d="M344 228h24v40h-24z"/><path fill="none" stroke="#7f949a" stroke-width="6" stroke-linecap="round" d="M356 188v-20h-20"/><path fill="#e6a15f" d="M124 120h44v84h-44z"/><path stroke="#8a6a4f" stroke-width="6" d="M116 118h60"/>"##,
        ),
        Setting::Garden => (
            "#cfe9f4",
            "#a8cd86",
            r##"<circle cx="392" cy="58" r="26" fill="#f8d46a"/><path fill="#86b56c" d="M0 236q90-70 200-30 130-50 280 14v40H0z"/><path fill="#fff" d="M112 190h10v66h-10zM136 186h10v70h-10zM160 190h10v66h-10zM310 190h10v66h-10zM334 186h10v70h-10zM358 190h10v66h-10z"/><path stroke="#fff" stroke-width="7" d="M100 208h80M300 208h78M100 236h80M300 236h78"/><path fill="#8a6648" d="M58 150h18v110H58z"/><path fill="#4f8f55" d="M66 58q54 0 48 52-4 48-50 46Q16 154 16 108q2-52 50-50z"/><g fill="#e8637a"><circle cx="330" cy="276" r="7"/><circle cx="150" cy="284" r="7"/><circle cx="424" cy="270" r="7"/></g><g fill="#f5c64f"><circle cx="350" cy="290" r="6"/><circle cx="128" cy="272" r="6"/></g>"##,
        ),
        Setting::Street => (
            "#d3e7f0",
            "#b9b4ac",
            r##"<path fill="#f0c9a0" d="M96 74h96v184H96z"/><path fill="#e4dccb" d="M0 100h96v158H0zM292 92h100v166H292z"/><path fill="#d7a0a0" d="M392 62h88v196h-88z"/><path fill="#a85f48" d="M88 76l56-40 56 40zM284 94l58-34 58 34zM0 102V82l40-14 60 34z"/><g fill="#7fa6b8"><path d="M114 100h24v34h-24zM150 100h24v34h-24zM114 160h24v34h-24zM310 118h22v32h-22zM350 118h22v32h-22zM310 176h22v32h-22zM410 92h22v34h-22zM444 92h22v34h-22zM20 128h22v32H20zM56 128h22v32H56z"/></g><path fill="#5d7f5f" d="M150 190h26v68h-26zM350 196h24v62h-24z"/><path fill="#d8d3c9" d="M0 252h480v14H0z"/><path stroke="#4b4f55" stroke-width="6" d="M276 258V90"/><path fill="#f7e3a0" d="M264 70h24l-4 24h-16z"/><path stroke="#efece5" stroke-width="6" stroke-dasharray="34 26" d="M0 304h480"/>"##,
        ),
        Setting::Gym => (
            "#dbe0e6",
            "#8e98a4",
            r##"<path fill="#c5d6e2" d="M106 40h120v150H106zM254 40h120v150H254z"/><path stroke="#fff" stroke-width="4" opacity=".7" d="M120 150l70-96M140 168l60-84M276 150l70-96"/><path stroke="#5b6572" stroke-width="8" d="M312 206h150M312 238h150M322 198v66M452 198v66"/><g fill="#3d4652"><path d="M330 192h10v20h-10zM356 192h10v20h-10zM384 192h10v20h-10zM410 192h10v20h-10zM336 226h12v20h-12zM372 226h12v20h-12zM404 226h12v20h-12z"/></g><circle cx="128" cy="232" r="34" fill="#e08a4c"/><path fill="none" stroke="#c06f34" stroke-width="3" d="M98 222q30-18 60-2M100 244q30 14 56 0"/><path stroke="#707b88" stroke-width="3" d="M0 270h480"/>"##,
        ),
        Setting::Office => (
            "#e9edf0",
            "#b7a691",
            r##"<path fill="#fff" d="M120 44h86v92h-86z"/><path fill="#bcdcea" d="M126 50h74v80h-74z"/><path stroke="#fff" stroke-width="4" d="M126 64h74M126 78h74M126 92h74M126 106h74"/><path fill="#a97f5b" d="M306 72h174v8H306zM306 138h174v8H306z"/><path fill="#c4574a" d="M318 30h14v42h-14z"/><path fill="#3f7f86" d="M334 36h14v36h-14z"/><path fill="#e2a14f" d="M350 28h14v44h-14zM330 100h14v38h-14z"/><path fill="#5c6b8a" d="M372 34h12v38h-12zM350 96h14v42h-14z"/><path fill="#e7c9a1" d="M420 112h34v26h-34z"/><path fill="#6d8f70" d="M436 112q-24-26 0-46 24 20 0 46z"/><rect x="20" y="150" width="84" height="112" rx="6" fill="#8d99a6"/><path stroke="#74808d" stroke-width="3" d="M20 188h84M20 226h84"/>"##,
        ),
        Setting::Clinic => (
            "#e2f1ec",
            "#bfcfc9",
            r##"<path stroke="#c99a63" stroke-width="7" d="M122 40v222M176 40v222M122 60h54M122 86h54M122 112h54M122 138h54M122 164h54M122 190h54M122 216h54M122 242h54"/><path fill="#fff" d="M306 36h62v92h-62z"/><path fill="none" stroke="#d07a66" stroke-width="7" stroke-linecap="round" stroke-dasharray="3 9" d="M337 48q-12 20-2 36 8 16 0 36"/><path fill="#2f8178" d="M300 196h172q8 0 8 8v14H292v-14q0-8 8-8z"/><path stroke="#6d7f7b" stroke-width="8" d="M314 218l-6 48M462 218l6 48M308 250h160"/><path fill="#fff" d="M310 184h48v14h-48z"/><circle cx="70" cy="238" r="28" fill="#e6a04f"/>"##,
        ),
        Setting::Studio => (
            "#43395c",
            "#2c2540",
            r##"<path fill="#57497a" d="M120 0h240v250H120z"/><circle cx="342" cy="96" r="34" fill="none" stroke="#fff4d8" stroke-width="12"/><path stroke="#17121f" stroke-width="6" d="M342 138v126M318 276l24-24 24 24"/><path fill="#fff4d8" d="M60 56l72 14v64l-72 14z"/><path stroke="#17121f" stroke-width="6" d="M60 100H40v164"/><path fill="#ef7f6d" d="M396 180h84v86h-84z"/><path fill="#f7b267" d="M410 150h56v30h-56z"/><ellipse cx="240" cy="286" rx="120" ry="14" fill="#3a3154"/>"##,
        ),
        Setting::Hospital => (
            "#e4eef5",
            "#b9c8d3",
            r##"<path fill="#fff" d="M124 64h70v192h-70z"/><path fill="#a9c9dd" d="M138 84h20v60h-20z"/><circle cx="182" cy="164" r="5" fill="#6f8797"/><path fill="#fff" d="M392 64h74v192h-74z"/><path fill="#a9c9dd" d="M406 84h20v60h-20z"/><path stroke="#8fb3c9" stroke-width="8" d="M0 196h124M194 196h198M466 196h14"/><rect x="296" y="44" width="76" height="34" rx="6" fill="#2a6a8f"/><path stroke="#fff" stroke-width="5" stroke-linecap="round" stroke-linejoin="round" fill="none" d="M310 61h40M340 52l10 9-10 9"/><g fill="#e0a458"><rect x="300" y="206" width="34" height="30" rx="6"/><rect x="340" y="206" width="34" height="30" rx="6"/></g><path stroke="#6f8797" stroke-width="5" d="M298 240h78M308 240v26M366 240v26"/>"##,
        ),
        Setting::None => (
            "#e9dfcf",
            "#e1d4bf",
            r##"<circle cx="240" cy="150" r="120" fill="#f2ead9"/><circle cx="120" cy="250" r="60" fill="#e6d8bf"/><circle cx="380" cy="70" r="50" fill="#efe3ce"/>"##,
        ),
    }
}

/// What stands behind the person, and what before.
pub fn prop(prop: Prop) -> (&'static str, &'static str) {
    match prop {
        Prop::Chair => (
            r##"<path fill="none" stroke="#7a4f34" stroke-width="9" stroke-linecap="round" stroke-linejoin="round" d="M180 158v122M180 242h52v38"/><path fill="none" stroke="#9a6a48" stroke-width="12" stroke-linecap="round" d="M180 240h54M178 166v34"/>"##,
            "",
        ),
        Prop::Support => (
            "",
            r##"<path fill="none" stroke="#7a4f34" stroke-width="9" stroke-linecap="round" stroke-linejoin="round" d="M302 186v96M302 244h52v38"/><path fill="none" stroke="#9a6a48" stroke-width="12" stroke-linecap="round" d="M300 190v40M304 242h52"/>"##,
        ),
        Prop::Table => (
            "",
            r##"<path fill="none" stroke="#7a4f34" stroke-width="9" stroke-linecap="round" d="M306 206v76M384 206v76"/><path fill="none" stroke="#9a6a48" stroke-width="13" stroke-linecap="round" d="M296 206h100"/>"##,
        ),
        Prop::Desk => (
            r##"<path fill="none" stroke="#4d5763" stroke-width="8" stroke-linecap="round" d="M204 240v30M180 280h48M204 270l-22 10M178 168q-8 36 6 66"/><path fill="none" stroke="#5f6b79" stroke-width="14" stroke-linecap="round" d="M182 238h50M176 164v40"/>"##,
            r##"<path fill="none" stroke="#7a4f34" stroke-width="9" stroke-linecap="round" d="M356 212v70"/><path fill="none" stroke="#9a6a48" stroke-width="13" stroke-linecap="round" d="M262 212h112"/><path fill="none" stroke="#39424d" stroke-width="7" stroke-linecap="round" stroke-linejoin="round" d="M274 203h44l20-50"/>"##,
        ),
        Prop::Mat => (
            r##"<path fill="none" stroke="#6b86b5" stroke-width="12" stroke-linecap="round" d="M114 286h248"/>"##,
            "",
        ),
        Prop::None | Prop::Jar | Prop::Phone => ("", ""),
    }
}
