// What stands beside the work on one recording: files that come in, files that go out, and a copy that plays.

import "/page/mending.js";
import "/page/downloads.js";
import "/page/copy.js";
