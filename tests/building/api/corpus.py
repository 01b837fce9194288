"""Two hundred things that stand where an id should: dots, separators, encodings, foreign letters, and too much of it.

Each is what comes in an address between two slashes, percent-encoded as a client sends it.
"""

ULID = "01JABCDEFGHJKMNPQRSTVWXYZ0"
_DOTS = """
    . .. ... .... .%2e %2e. %2e%2e %2E%2E %252e%252e %25252e %u002e%u002e ..; ;.. ..%00 ..%0a ..%20 %20.. ..%09 %09..
    ..%c0%af %c0%ae%c0%ae %e0%80%ae%e0%80%ae %uff0e%uff0e %ef%bc%8e%ef%bc%8e %e2%80%a5 %e2%80%a4%e2%80%a4 ‥ ．．
"""
_SEPARATORS = """
    %2f %2F %252f %5c %255c %c0%af %e0%80%af %ef%bc%8f %e2%88%95 %e2%81%84 \\ | : ; , = & + * ! ' %22 %60 %3f %23 %26
    %3d %3b ;jsessionid=1 %5c..%5c ..%2F.. %2f%2e%2e
"""
_ELSEWHERE = """
    ..%2fportals ..%2f..%2fadmin ..%5c..%5cadmin %2e%2e%2fopen ..%2f..%2f..%2f..%2fetc%2fpasswd %2fetc%2fpasswd
    %2f%2fevil.example http:%2f%2fevil.example file:%2f%2f%2fetc%2fpasswd %2f..%2f..%2fstatus ..%252f..%252fstatus
    ..%00%2fstatus C:%5cwindows %5c%5cevil%5cshare evil.example:80 @evil.example a@b user:pw@h ~ ~root .git .env
    admin.php a.json {id} %7bid%7d %3cid%3e ${id} %24%7b7*7%7d {{7*7}} %7b%7b7*7%7d%7d $(id) %60id%60 '' 1'--
    1%20or%201=1 %27%20or%20%271%27=%271 1;drop %25 %25s %25n%25n % %% %2 %zz %g0 %u0000 &lt; %3cscript%3e null
    undefined NaN true None [object]
"""
_LETTERS = """
    %e2%80%ae %e2%80%8b %e2%80%8d %ef%bb%bf %c2%a0 %c2%85 %e2%80%a8 %e2%81%a6abc %c3%a9 e%cc%81 %c4%b0 %c4%b1 %c3%9f
    %ef%bd%81 %f0%9f%9a%aa %d0%b0dmin %d9%a1%d9%a2 %ff %fe%ff %c3 %c3%28 %ed%a0%80 %ed%b0%80 %f5%80%80%80 %c0%80 %80
    %a0 ع 🚪
"""
_CODES = ("%00", "%0a", "%0d%0a", "%09", "%7f", "%1b")
_CONTROLS = [f"{before}{code}{after}" for code in _CODES for before in ("", "a") for after in ("", "b")]
_LONG = [letters * 129 for letters in ("a", "-", ".", "%2e", "..%2f", "%00", "%f0%9f%9a%aa")] + ["a" * 4000]
_UNKNOWN = ["a" * 128, "0", "-", "_", "-1", "1e400", "9" * 40, "0x10", ULID, ULID.lower()]
_BESIDE = [ULID + odd for odd in (".", "..", "%2f", "%2f..", ";a=b", "%3f", "%23", "+", "%2b", "=", "~", *_CODES)]
_LISTED = " ".join((_DOTS, _SEPARATORS, _ELSEWHERE, _LETTERS)).split()

PATHS = tuple(dict.fromkeys([*_LISTED, *_CONTROLS, *_LONG, *_UNKNOWN, *_BESIDE]))
