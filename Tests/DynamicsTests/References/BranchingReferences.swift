// Made by generate_branchings.py (numpy, scipy, mpmath), then swift format; not from this project's
// code.

/// Fixed points of noised point sets: second derivations that the tests compare with.
enum BranchingReferences {
  /// A fold, in which the stable path of data point `point` ends at `sigma` and `position`.
  ///
  /// Gradient ascent lands on the path of `into` at `landing`; `nearest` is the nearest of the
  /// paths that go on. An index beyond the data points is a mode that comes from none of them.
  struct Event {
    let sigma: Double
    let point: Int
    let into: Int
    let nearest: Int
    let position: [Double]
    let landing: [Double]
    let jump: Double
  }

  struct LineEvent {
    let parameter: Double
    let sigma: Double
    let point: Int
    let into: Int
    let nearest: Int
    let position: [Double]
    let landing: [Double]
    let jump: Double
  }

  struct FarEvent {
    let sigma: Double
    let point: Int
    let into: Int
    let nearest: Int
    let jump: Double
    let landingFromMean: Double
  }

  struct Branch {
    let parameter: Double
    let sigma: Double
    let position: Double
    let landing: Double
    let jump: Double
  }

  /// 1. ±v: x = m v with m = tanh(m |v|²/σ²), pitchfork at |v|. Rows [σ/|v|, m].
  static let twoPointBranch: [[Double]] = [
    [0.5, 0.99932567301510824],
    [0.7, 0.96121682992883835],
    [0.9, 0.69565799862614805],
    [0.95, 0.51937982900051157],
    [0.99, 0.24238425557708586],
  ]

  /// 2. ±1 with weights `parameter` at +1: fold of the lighter mode.
  static let unequal: [Branch] = [
    .init(
      parameter: 0.8, sigma: 0.67098887714520257, position: -0.74146741448793301,
      landing: 0.99397361024980656, jump: 1.7354410247377396),
    .init(
      parameter: 0.6, sigma: 0.81878181218949623, position: -0.57410481972169901,
      landing: 0.917151522465475, jump: 1.491256342187174),
    .init(
      parameter: 0.501, sigma: 0.98971718810814523, position: -0.14303806333737278,
      landing: 0.28255819519561356, jump: 0.42559625853298634),
  ]

  /// 3. Rectangle (±1, ±0.6): two pitchforks at 0.6 (y), one at 1 (x), by the product of the laws.
  static let rectangle: [Double] = [0.6, 1.0]

  /// 4. Regular simplex of 3 points, circumradius 1: the 3 outer modes fold at [0] at distance [1]
  /// from the centre; the centre is stable above [2] (so between both all are stable); [3]: least
  /// eigenvalue of 1 - Cov/σ² across the axis at the fold (positive: the fold is along the axis).
  static let triangle: [Double] = [
    0.73913462942975479, 0.37720062726944027, 0.70710678118654752,
    0.4300049675563896,
  ]

  /// 6. Regular simplex of 16 points, circumradius 1: the 16 outer modes fold at [0] at distance
  /// [1] from the centre; the centre is stable above [2] (so between both all are stable); [3]:
  /// least eigenvalue of 1 - Cov/σ² across the axis at the fold (positive: the fold is along the
  /// axis).
  static let simplex16: [Double] = [
    0.45338906404299886, 0.74752748816133138, 0.25819888974716113,
    0.91811944820366552,
  ]

  /// 4. Triangle (1, 0), (-0.5, ±0.9): the mirror images fold at once.
  static let isosceles: [Event] = [
    .init(
      sigma: 0.75128509401889054, point: 1, into: 0, nearest: 0,
      position: [-0.18238896196409743, 0.39868068969540578], landing: [0.48646519408822564, 0.0],
      jump: 0.77866050009260761),
    .init(
      sigma: 0.75128509401889054, point: 2, into: 0, nearest: 0,
      position: [-0.18238896196409743, -0.39868068969540578], landing: [0.48646519408822564, 0.0],
      jump: 0.77866050009260761),
  ]

  /// 5. Ring of 8: all meet at 1/√2. Rows [σ, radius of the mode at a point's angle, radial and
  /// angular eigenvalue of 1 - Cov/σ²].
  static let ring8: [[Double]] = [
    [0.4, 0.91575229174927477, 0.86780248112435771, 0.12346164290094769],
    [0.5, 0.83288122771687143, 0.76043408208612357, 0.014330475846528614],
    [0.6, 0.67742145188316557, 0.49614143077698505, 0.00080252331050385418],
    [0.65, 0.52770014497190245, 0.29214925459314599, 8.1379734349551142e-5],
    [0.7, 0.19866453917902097, 0.039729685715923072, 1.0842124582382813e-7],
    [0.705, 0.10887066124926466, 0.011876303054310466, 2.7267913658748732e-9],
  ]

  /// 5. (±4 ± 0.25, ±1): at [0] the four pairs of neighbours in x meet (a fold of the outer one,
  /// but by 1.1e-139 below 1/4 and with a jump of 7.0e-70), at [1] the two pairs in y, at [2]
  /// (Cov(0) = σ², not √16.0625) the last two.
  static let hierarchy: [Double] = [0.25, 1, 3.9921387316179909]

  /// 7. {-1, 1, L}: the folds for each L (`parameter`).
  static let threeOnALine: [LineEvent] = [
    .init(
      parameter: 2.5, sigma: 0.74249697558614681, point: 2, into: 1, nearest: 1,
      position: [1.870453907635769], landing: [1.4610063173428707], jump: 0.40944759029289827),
    .init(
      parameter: 2.5, sigma: 0.94247761947003949, point: 0, into: 1, nearest: 1,
      position: [-0.39092407584238889], landing: [1.6565903266120998], jump: 2.0475144024544887),
    .init(
      parameter: 4.0, sigma: 0.99492333885815787, point: 0, into: 1, nearest: 1,
      position: [-0.11204646802575219], landing: [0.24706846734781612], jump: 0.3591149353735683),
    .init(
      parameter: 4.0, sigma: 1.3956025481877182, point: 2, into: 1, nearest: 1,
      position: [3.1397662181798269], landing: [0.10541091592927033], jump: 3.0343553022505566),
    .init(
      parameter: 8.0, sigma: 0.99999999874847571, point: 0, into: 1, nearest: 1,
      position: [-5.003704648665595e-5], landing: [0.00010007410071549661],
      jump: 0.00015011114720215256),
    .init(
      parameter: 8.0, sigma: 2.9823687373551839, point: 2, into: 1, nearest: 1,
      position: [6.5096877041936451], landing: [0.14615742202519457], jump: 6.3635302821684505),
    .init(
      parameter: 20.0, sigma: 1.0, point: 0, into: 1, nearest: 1,
      position: [-3.2467389649215597e-29], landing: [6.4934779298431193e-29],
      jump: 9.740216894764679e-29),
    .init(
      parameter: 20.0, sigma: 7.586947953440795, point: 2, into: 1, nearest: 1,
      position: [16.451101157919057], landing: [0.35315000027111828], jump: 16.097951157647939),
  ]

  /// 7. The jump of -1 into +1 as a function of the third point's field. Rows [L, h = m(0) at σ =
  /// 1, σ_f, jump, 3 (3h/2)^(1/3), which the jump tends to].
  static let jumpOfField: [[Double]] = [
    [4.0, 0.0011058629225466739, 0.99492333885815787, 0.3591149353735683, 0.35512842900192526],
    [5.0, 1.5360483694283691e-5, 0.99963176127241731, 0.085363401113628099, 0.085366335365521987],
    [6.0, 7.5329973726551952e-8, 0.99998853347112447, 0.014503354057114116, 0.01450354877217766],
    [
      8.0, 8.351871646583647e-14, 0.99999999874847571, 0.00015011114720215256,
      0.0001501111475007137,
    ],
    [20.0, 0.0, 1.0, 9.740216894764679e-29, 9.740216894764679e-29],
  ]

  /// 8. default_rng(7).standard_normal((12, 3)), 3 decimals, equal weights.
  static let twelvePoints: [[Double]] = [
    [0.001, 0.299, -0.274],
    [-0.891, -0.455, -0.992],
    [0.060, 1.340, -0.492],
    [-0.620, 0.490, 0.357],
    [0.105, -0.930, -0.029],
    [0.695, -1.344, -0.458],
    [-1.901, -1.290, -1.842],
    [-0.235, -1.267, 0.271],
    [0.157, -0.187, -2.517],
    [-0.539, -0.049, 0.113],
    [-1.530, -0.478, -0.979],
    [-0.809, 1.061, -0.808],
  ]

  /// 8. All events of twelvePoints in order of σ.
  static let twelveEvents: [Event] = [
    .init(
      sigma: 0.27882181621327022, point: 7, into: 4, nearest: 4,
      position: [-0.094059012099002167, -1.128176933694998, 0.14668292318147733],
      landing: [-0.0025313634223807577, -1.0396463321069215, 0.066092888873739332],
      jump: 0.15069748345456919),
    .init(
      sigma: 0.28484272598398244, point: 3, into: 9, nearest: 9,
      position: [-0.58145747380852643, 0.30349178968669203, 0.26287914155872643],
      landing: [-0.53931974954059076, 0.085143571345473548, 0.15552420693745225],
      jump: 0.24693443309267957),
    .init(
      sigma: 0.31955327089649165, point: 10, into: 1, nearest: 1,
      position: [-1.2250477592946371, -0.46704964291878118, -0.98517092706471958],
      landing: [-1.1813108168286278, -0.46544266670319902, -0.98600413159118981],
      jump: 0.043774384502987345),
    .init(
      sigma: 0.32374011714635925, point: 0, into: 9, nearest: 9,
      position: [-0.13779535591129019, 0.24606971039121984, -0.16434013287274447],
      landing: [-0.53508080458155943, 0.17815130055423634, 0.18073446957605368],
      jump: 0.53058940752253779),
    .init(
      sigma: 0.37461551560871023, point: 5, into: 4, nearest: 4,
      position: [0.54128241464793727, -1.2514707537643852, -0.34487029756740566],
      landing: [-0.034754126191026685, -1.0846866844924797, 0.093767839863139315],
      jump: 0.74299289212828463),
    .init(
      sigma: 0.43777706405791575, point: 11, into: 2, nearest: 2,
      position: [-0.52086610140778937, 1.0665113876902359, -0.65724681189986288],
      landing: [-0.11993580989918018, 1.1694006744860445, -0.51194403590990467],
      jump: 0.43868462555338825),
    .init(
      sigma: 0.45508667718470511, point: 2, into: 9, nearest: 9,
      position: [-0.21443533022168363, 1.022854695350458, -0.48510144694909553],
      landing: [-0.43465868861782905, 0.20383314055918499, 0.080073119181523067],
      jump: 1.0191746292941776),
    .init(
      sigma: 0.5297936817322952, point: 6, into: 1, nearest: 1,
      position: [
        -1.7938709465818781,
        -1.1161280077393271, -1.6589035459129809,
      ],
      landing: [
        -1.1584978807441404,
        -0.44873291829903897, -0.94694926548954026,
      ], jump: 1.1644715692597718),
    .init(
      sigma: 0.57625706593100535, point: 1, into: 9, nearest: 9,
      position: [-0.99893851727548678, -0.37351132359140231, -0.80912901602113191],
      landing: [-0.39562902442596009, 0.18114583334806803, -0.03431961503903575],
      jump: 1.1278104954985851),
    .init(
      sigma: 0.59335018121914098, point: 4, into: 9, nearest: 9,
      position: [-0.10005572743215953, -0.77492078022197225, -0.018308407703922763],
      landing: [-0.39534954530255915, 0.17167244479471693, -0.050403826308977359],
      jump: 0.99210245862784091),
    .init(
      sigma: 0.71732547289833454, point: 8, into: 9, nearest: 9,
      position: [0.0026175232060126689, -0.20333525769710322, -2.2395066691238483],
      landing: [-0.40752001876254169, 0.049394376326121724, -0.15502168011842651],
      jump: 2.1394304710914198),
  ]

  /// Rows [σ, stable modes reached from the data points, and from 400 starts in their hull as
  /// well].
  static let twelveCounts: [[Double]] = [
    [0.1, 12, 12],
    [0.117, 12, 12],
    [0.136, 12, 12],
    [0.159, 12, 12],
    [0.186, 12, 12],
    [0.217, 12, 12],
    [0.253, 12, 12],
    [0.296, 10, 10],
    [0.345, 8, 8],
    [0.403, 7, 7],
    [0.471, 5, 5],
    [0.55, 4, 4],
  ]

  /// 9. default_rng(11).standard_normal((40, 2)), 3 decimals, equal weights.
  static let fortyPoints: [[Double]] = [
    [0.034, 1.360],
    [1.225, -0.510],
    [-0.298, -0.527],
    [0.570, -0.056],
    [0.747, -1.847],
    [1.567, -0.096],
    [0.680, -0.137],
    [-0.379, 0.463],
    [0.825, -0.203],
    [-0.153, 0.686],
    [-0.870, -1.514],
    [0.395, -0.671],
    [-1.920, -0.814],
    [-0.468, -1.193],
    [-1.492, 0.037],
    [0.897, -0.233],
    [-0.744, 0.385],
    [0.717, -0.300],
    [0.545, 1.043],
    [-0.207, -0.814],
    [0.348, 0.248],
    [1.099, -1.285],
    [-0.662, -0.838],
    [-1.734, 0.126],
    [0.528, -0.739],
    [1.386, 0.822],
    [0.627, 0.402],
    [0.956, -1.332],
    [0.614, 0.603],
    [-1.768, 0.347],
    [-0.250, 0.782],
    [-0.439, -0.018],
    [0.343, -0.876],
    [0.599, -0.105],
    [0.492, -0.522],
    [1.086, 0.605],
    [-0.178, 0.632],
    [1.260, 1.791],
    [-1.574, 0.883],
    [0.465, -0.094],
  ]

  /// 9. All events of fortyPoints in order of σ.
  static let fortyEvents: [Event] = [
    .init(
      sigma: 0.028318366064622993, point: 3, into: 33, nearest: 33,
      position: [0.58281254076641994, -0.077648370049201567],
      landing: [
        0.58819542630084431,
        -0.086663983187608191,
      ], jump: 0.010500320801676743),
    .init(
      sigma: 0.029746091591648174, point: 36, into: 9, nearest: 9,
      position: [-0.16577680820564958, 0.65840290984555444],
      landing: [
        -0.16494678429381532,
        0.66019591189145394,
      ], jump: 0.0019758026295195618),
    .init(
      sigma: 0.038907492071594176, point: 15, into: 8, nearest: 8,
      position: [0.86359795662967192, -0.21909363400265977],
      landing: [
        0.85571482657086515,
        -0.2158174405081398,
      ], jump: 0.0085368134182256677),
    .init(
      sigma: 0.039945442289984069, point: 6, into: 33, nearest: 33,
      position: [0.65817635128142736, -0.12781024532193971],
      landing: [
        0.58582890565632944,
        -0.082470657926234887,
      ], jump: 0.085380507574558581),
    .init(
      sigma: 0.04687424513348168, point: 39, into: 33, nearest: 33,
      position: [0.48830900205481923, -0.088689689020569558],
      landing: [
        0.58726361171694532,
        -0.084656461269819718,
      ], jump: 0.09903676943172751),
    .init(
      sigma: 0.057340977777824817, point: 30, into: 9, nearest: 9,
      position: [-0.23150210026205123, 0.75985718426581382],
      landing: [
        -0.16713089548814224,
        0.66229455945029684,
      ], jump: 0.11688506219760441),
    .init(
      sigma: 0.061865062792036735, point: 17, into: 8, nearest: 8,
      position: [0.73983751557212082, -0.2715562951549826],
      landing: [
        0.85550873653725709,
        -0.21859302977255742,
      ], jump: 0.12722004102944857),
    .init(
      sigma: 0.070160295043217682, point: 24, into: 11, nearest: 11,
      position: [0.48376371670886316, -0.71431084963927025],
      landing: [
        0.42499665023972296,
        -0.68003354649703907,
      ], jump: 0.068033092036837149),
    .init(
      sigma: 0.075262872600286722, point: 21, into: 27, nearest: 27,
      position: [1.0275026793003595, -1.3084991193907936],
      landing: [
        1.0274946413991662,
        -1.3085017612184586,
      ], jump: 8.46091655822703e-6),
    .init(
      sigma: 0.077586617647742536, point: 34, into: 11, nearest: 11,
      position: [0.4743353905327759, -0.56402815927006094],
      landing: [
        0.44415643281673528,
        -0.68748514442070435,
      ], jump: 0.12709207949873491),
    .init(
      sigma: 0.086786419319880007, point: 32, into: 11, nearest: 11,
      position: [0.36622790691983564, -0.83507645842749257],
      landing: [
        0.45129169116155486,
        -0.68785320974347428,
      ], jump: 0.17003097465637857),
    .init(
      sigma: 0.096000827970549654, point: 8, into: 33, nearest: 33,
      position: [0.7592704436724802, -0.20644849603392199],
      landing: [
        0.59370388771693717,
        -0.10024156175629191,
      ], jump: 0.19670332315350648),
    .init(
      sigma: 0.09988217014436154, point: 28, into: 26, nearest: 26,
      position: [0.61944920997743933, 0.51631690297234765],
      landing: [
        0.62192358381764024,
        0.47384624787397366,
      ], jump: 0.042542673521842882),
    .init(
      sigma: 0.10631520313014396, point: 7, into: 9, nearest: 9,
      position: [-0.34468851942511934, 0.49671069628182358],
      landing: [
        -0.18668108840286658,
        0.68683466605851634,
      ], jump: 0.24721139161029928),
    .init(
      sigma: 0.10808780309520078, point: 29, into: 23, nearest: 23,
      position: [-1.7548514989927338, 0.26817667057828726],
      landing: [
        -1.7318506290122357,
        0.16434406832550614,
      ], jump: 0.10634965590186),
    .init(
      sigma: 0.12018988180394056, point: 14, into: 23, nearest: 23,
      position: [-1.5630189450540089, 0.065859892670409304],
      landing: [
        -1.7333464533688491,
        0.18855917365122967,
      ], jump: 0.20992039834649772),
    .init(
      sigma: 0.1384789385008055, point: 20, into: 33, nearest: 26,
      position: [0.402282539755301, 0.21341194283089134],
      landing: [
        0.6471902370948906,
        -0.14088423688719369,
      ], jump: 0.43070356764137632),
    .init(
      sigma: 0.14761043933702373, point: 2, into: 19, nearest: 19,
      position: [-0.26489755817755453, -0.64555695514250429],
      landing: [
        -0.24042760654891876,
        -0.72543620812082691,
      ], jump: 0.08354324382667121),
    .init(
      sigma: 0.16830594275767798, point: 16, into: 9, nearest: 31,
      position: [-0.64645216108635769, 0.39959995780191444],
      landing: [
        -0.20792524369986407,
        0.67335668522570858,
      ], jump: 0.51696092993792686),
    .init(
      sigma: 0.16986445422135148, point: 1, into: 33, nearest: 5,
      position: [1.1684573732101658, -0.46376197800506608],
      landing: [
        0.66376371491481859,
        -0.15709625604476046,
      ], jump: 0.59055867934437823),
    .init(
      sigma: 0.1816954431181992, point: 25, into: 35, nearest: 35,
      position: [1.2689233218673092, 0.73773335942197388],
      landing: [
        1.1436377167561948,
        0.65158138237773087,
      ], jump: 0.15204816998796752),
    .init(
      sigma: 0.18336644423732245, point: 13, into: 22, nearest: 22,
      position: [-0.49332534650608011, -1.0591751640192409],
      landing: [
        -0.55901458970050667,
        -0.88001132712818325,
      ], jump: 0.19082651052980563),
    .init(
      sigma: 0.18728956978871823, point: 22, into: 19, nearest: 19,
      position: [-0.51693373226155211, -0.87555780232224286],
      landing: [
        -0.27279409878260718,
        -0.69624187130714322,
      ], jump: 0.30291643030883211),
    .init(
      sigma: 0.18952704513125347, point: 26, into: 33, nearest: 33,
      position: [0.57292897583945515, 0.3979239555621386],
      landing: [
        0.66412388896489362,
        -0.162243630521307,
      ], jump: 0.56754227743711808),
    .init(
      sigma: 0.19623376943528594, point: 31, into: 9, nearest: 9,
      position: [-0.45510873595351817, 0.076295080878738104],
      landing: [
        -0.21763422478331873,
        0.66328952830122936,
      ], jump: 0.63321135867920202),
    .init(
      sigma: 0.19691755362135994, point: 18, into: 33, nearest: 0,
      position: [0.56104094138650204, 0.94253598442299294],
      landing: [
        0.66352560830918117,
        -0.16401307658087141,
      ], jump: 1.111284811091552),
    .init(
      sigma: 0.21028113148790028, point: 11, into: 33, nearest: 33,
      position: [0.48674574063378922, -0.60277386481275185],
      landing: [
        0.66186575901589464,
        -0.16724588890002237,
      ], jump: 0.46941627436720599),
    .init(
      sigma: 0.22373119480181816, point: 35, into: 33, nearest: 5,
      position: [1.1139728171569849, 0.65226979417673377],
      landing: [
        0.65973264160143896,
        -0.17068546960819076,
      ], jump: 0.93999441662174138),
    .init(
      sigma: 0.22678020919442074, point: 5, into: 33, nearest: 33,
      position: [1.4755133718360184, -0.16657942060250065],
      landing: [
        0.65921071406685073,
        -0.17150061685694631,
      ], jump: 0.81631749169889875),
    .init(
      sigma: 0.22916855154598843, point: 10, into: 19, nearest: 19,
      position: [-0.77560538191505809, -1.4230569087892902],
      landing: [
        -0.31496226233484295,
        -0.74208126397682817,
      ], jump: 0.82214348653038709),
    .init(
      sigma: 0.23000495792949395, point: 4, into: 27, nearest: 27,
      position: [0.79415121243862168, -1.7460262030737035],
      landing: [
        1.0195924778813186,
        -1.3157577682843459,
      ], jump: 0.48575167538618763),
    .init(
      sigma: 0.24307867681789216, point: 0, into: 9, nearest: 9,
      position: [0.034349883605087082, 1.2412433280549039],
      landing: [
        -0.23243209077280012,
        0.64481836005907082,
      ], jump: 0.65337230144978917),
    .init(
      sigma: 0.24392489068119448, point: 38, into: 23, nearest: 23,
      position: [-1.6089081617736864, 0.76757150412035292],
      landing: [
        -1.6772697769230759,
        0.17489426917295086,
      ], jump: 0.59660675092621207),
    .init(
      sigma: 0.30830821041834896, point: 19, into: 33, nearest: 33,
      position: [-0.23400544383720419, -0.74985734527421077],
      landing: [
        0.64508035886459868,
        -0.19578260985410376,
      ], jump: 1.0391297613593476),
    .init(
      sigma: 0.31935577671168972, point: 27, into: 33, nearest: 33,
      position: [0.92588628521096524, -1.2263260844556727],
      landing: [
        0.64329046304789865,
        -0.19863674088754765,
      ], jump: 1.0658357216698563),
    .init(
      sigma: 0.3555541040695301, point: 12, into: 23, nearest: 23,
      position: [-1.8680740533173255, -0.66765959018321119],
      landing: [
        -1.654636054407925,
        0.21298974131237975,
      ], jump: 0.90614514535039059),
    .init(
      sigma: 0.37793555891024732, point: 37, into: 33, nearest: 9,
      position: [
        1.2112240287944,
        1.6187721472627166,
      ], landing: [0.63277706514831725, -0.20779729240285219],
      jump: 1.9159741145619799),
    .init(
      sigma: 0.38679242202674562, point: 9, into: 33, nearest: 33,
      position: [-0.064286450129908266, 0.52101180443677043],
      landing: [
        0.63085742339831403,
        -0.2081973453314218,
      ], jump: 1.007457685964761),
    .init(
      sigma: 0.50080950918576221, point: 23, into: 33, nearest: 33,
      position: [-1.3782077400601641, 0.25773762141295834],
      landing: [
        0.59106453311991733,
        -0.19182589892241631,
      ], jump: 2.0199358021313896),
  ]

  /// Rows [σ, stable modes reached from the data points, and from 400 starts in their hull as
  /// well].
  static let fortyCounts: [[Double]] = [
    [0.1, 27, 27],
    [0.117, 25, 25],
    [0.136, 24, 24],
    [0.159, 22, 22],
    [0.186, 18, 18],
    [0.217, 13, 13],
    [0.253, 7, 7],
    [0.296, 7, 7],
    [0.345, 5, 5],
    [0.403, 2, 2],
    [0.471, 2, 2],
    [0.55, 1, 1],
  ]

  /// 10. m = tanh(m/T + h): `sigma` is T where the solution against the field h (`parameter`)
  /// vanishes.
  static let curieWeiss: [Branch] = [
    .init(parameter: 0.0, sigma: 1.0, position: 0.0, landing: 0.0, jump: 0.0),
    .init(
      parameter: 0.001, sigma: 0.9870323590821617, position: -0.11387555013187994,
      landing: 0.22597710962561108, jump: 0.33985265975749102),
    .init(
      parameter: 0.01, sigma: 0.94201158856084879, position: -0.24080783093402757,
      landing: 0.46477872310269441, jump: 0.70558655403672198),
    .init(
      parameter: 0.1, sigma: 0.77048578655876303, position: -0.47907641712073135,
      landing: 0.82416693676947377, jump: 1.3032433538902051),
    .init(
      parameter: 0.5, sigma: 0.51195964119587438, position: -0.69859885399571449,
      landing: 0.98439694642783595, jump: 1.6829958004235504),
  ]

  /// 11. ±1: [σ of the peak, value there] of C/σ² (dH/dσ² ×2), C/σ (dH/dσ), C (dH/d ln σ), Var
  /// H(y|x) over x, Var(-log p(y|x)) over (x, y); C = E Var(y|x)/σ², nats.
  static let twoPointPeaks: [[Double]] = [
    [0.5464670041361465, 1.130486024893055],
    [0.643802911225799, 0.6677705286680339],
    [0.8142386711453375, 0.47951597063513357],
    [0.8621081416634898, 0.05362889112972351],
    [0.9867945731608411, 0.3170348315908626],
  ]

  /// 12. digits.npy: rows [σ, modes that the data points' paths and their landings are on, modes
  /// that ascent from the data points at this σ reaches].
  static let digitCounts: [[Double]] = [
    [3.0, 1796, 1796],
    [4.0, 1785, 1785],
    [5.0, 1675, 1675],
    [5.5, 1510, 1510],
    [6.0, 1259, 1259],
    [6.5, 898, 898],
    [7.0, 572, 572],
    [8.0, 169, 169],
    [9.0, 33, 33],
    [10.0, 14, 14],
    [12.0, 3, 3],
    [13.5, 1, 1],
  ]

  /// 12. The first 1797 digits: the first three and the last eight of 1797 folds; landingFromMean:
  /// distance of the landing from these digits' mean.
  static let digit1797Events: [FarEvent] = [
    .init(
      sigma: 2.618056549876657, point: 1648, into: 1585, nearest: 1585,
      jump: 1.0309689885153193, landingFromMean: 36.92036531121235),
    .init(
      sigma: 3.545130646600625, point: 1631, into: 1585, nearest: 1585,
      jump: 6.648945185176389, landingFromMean: 36.69284039409489),
    .init(
      sigma: 3.6041892614165794, point: 1247, into: 1250, nearest: 1250,
      jump: 2.522029029498053, landingFromMean: 31.333585239944863),
    .init(
      sigma: 10.802273545774813, point: 958, into: 1472, nearest: 1472,
      jump: 29.47463861949156, landingFromMean: 27.027107306131224),
    .init(
      sigma: 10.93950084782017, point: 456, into: 1237, nearest: 1237, jump: 33.36514734814968,
      landingFromMean: 27.46686809125395),
    .init(
      sigma: 11.156072864479787, point: 1472, into: 455, nearest: 455, jump: 27.935916546507,
      landingFromMean: 19.31038479378654),
    .init(
      sigma: 11.644483882008473, point: 624, into: 455, nearest: 1237,
      jump: 29.925991483516448, landingFromMean: 17.924893634378133),
    .init(
      sigma: 11.825128562853564, point: 1237, into: 455, nearest: 124, jump: 31.18181517917655,
      landingFromMean: 17.336671270463896),
    .init(
      sigma: 11.840817754883142, point: 124, into: 1005, nearest: 1005,
      jump: 27.039110653472186, landingFromMean: 26.21921665116671),
    .init(
      sigma: 12.707115675572172, point: 1005, into: 1463, nearest: 1463,
      jump: 25.9551188593779, landingFromMean: 23.787431808662955),
    .init(
      sigma: 13.360820133756121, point: 1463, into: 455, nearest: 455,
      jump: 15.638440087703433, landingFromMean: 11.056468498170698),
  ]

  /// 12. The first 300 digits: the first three and the last eight of 301 folds; landingFromMean:
  /// distance of the landing from these digits' mean.
  static let digit300Events: [FarEvent] = [
    .init(
      sigma: 5.1600060749555565, point: 229, into: 79, nearest: 79, jump: 2.5474981231372715,
      landingFromMean: 34.42000238400663),
    .init(
      sigma: 5.329177100366273, point: 67, into: 212, nearest: 212, jump: 4.417688030634097,
      landingFromMean: 39.84740054079635),
    .init(
      sigma: 5.338003582746374, point: 124, into: 41, nearest: 41, jump: 3.173969472998368,
      landingFromMean: 31.912371344260087),
    .init(
      sigma: 11.761185692127961, point: 41, into: 301, nearest: 301, jump: 18.93181135723029,
      landingFromMean: 26.660733886688877),
    .init(
      sigma: 11.888801715209953, point: 301, into: 11, nearest: 11, jump: 25.626320531167618,
      landingFromMean: 31.957138235277508),
    .init(
      sigma: 12.251507480881314, point: 273, into: 249, nearest: 249, jump: 21.67340124351208,
      landingFromMean: 12.14775993458713),
    .init(
      sigma: 12.68675120151723, point: 165, into: 249, nearest: 249, jump: 25.03217627466009,
      landingFromMean: 10.176205662297146),
    .init(
      sigma: 13.307874806594164, point: 11, into: 249, nearest: 249, jump: 26.552813787542952,
      landingFromMean: 7.572157783060873),
    .init(
      sigma: 13.431322919925115, point: 213, into: 249, nearest: 249, jump: 18.128606750336896,
      landingFromMean: 7.146943791548443),
    .init(
      sigma: 13.518427980765106, point: 300, into: 249, nearest: 249, jump: 22.67794779044779,
      landingFromMean: 6.869762692273623),
    .init(
      sigma: 14.13215587050076, point: 252, into: 249, nearest: 249, jump: 20.479114994986052,
      landingFromMean: 5.391545356013087),
  ]
}
